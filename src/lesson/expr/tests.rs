use super::{Expr, Fuel, Scope, Value};

#[derive(Default)]
struct Ten(Fuel);

impl Scope for Ten {
    fn name(&self, name: &str) -> Option<Value> {
        match name {
            "n" => Some(Value::Int(10)),
            "lock" => Some(Value::Str("RLock".into())),
            _ => None,
        }
    }

    fn fuel(&self) -> &Fuel {
        &self.0
    }
}

fn value(text: &str) -> String {
    match Expr::parse(text) {
        Ok(expr) => match expr.eval(&Ten::default()) {
            Ok(value) => value.repr(),
            Err(error) => format!("! {}", error.message.en),
        },
        Err(error) => format!("? {} {}", error.offset, error.message.en),
    }
}

#[test]
fn expressions_have_pythons_values() {
    for (text, expected) in [
        ("100 + n * 2", "120"),
        ("(100 + n) * 2", "220"),
        ("n - 3 - 2", "5"),
        ("-n", "-10"),
        ("-7 // 2", "-4"),
        ("-7 % 3", "2"),
        ("n / 4", "2.5"),
        ("1.5 + 1", "2.5"),
        ("'a' + \"b\"", "'ab'"),
        ("lock != 'none' and n > 9", "True"),
        ("not lock == 'none'", "True"),
        ("lock == 'none' or n <= 9", "False"),
        ("-15 if n == 10 else 0", "-15"),
        ("0..3", "[0, 1, 2]"),
        ("1..=n // 5", "[1, 2]"),
        ("5..2", "[]"),
        ("[11, 22, 33][1]", "22"),
        ("[11, 22, 33][-1]", "33"),
        ("[100 + k for k in 0..2]", "[100, 101]"),
        ("[[i, j] for i in 0..1][0]", "! nothing is called `j`"),
        ("2 in 0..3", "True"),
        ("7 not in 0..3", "True"),
        ("len(0..n)", "10"),
        ("max(3, n, 4)", "10"),
        ("min([3, 1, 2])", "1"),
        ("sorted([3, 1, 2])", "[1, 2, 3]"),
        ("int('4') + 1", "5"),
        ("[None, True, 'x']", "[None, True, 'x']"),
        // As Python divides: towards minus infinity, and the remainder has the divisor's sign.
        (
            "[7 // 2, 7 // -2, -7 // 2, -7 // -2, 6 // -2]",
            "[3, -4, -4, 3, -3]",
        ),
        (
            "[7 % 2, 7 % -2, -7 % 2, -7 % -2, 6 % -2]",
            "[1, -1, 1, -1, 0]",
        ),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_has_no_value_says_why() {
    for (text, expected) in [
        ("m", "! nothing is called `m`"),
        (
            "1 + 'a'",
            "! an integer and a string can't be computed with",
        ),
        ("0..100000", "! more than 10000 items"),
        (
            "[[k for k in 0..9000] for j in 0..9000]",
            "! it takes too much time or memory",
        ),
        ("[1][3]", "! no item 3 in a list of 1"),
        ("f(1)", "! there is no function `f`"),
        ("len(1)", "! `len` can't be applied to these arguments"),
        (
            "9223372036854775807 + 1",
            "! the result does not fit 64 bits",
        ),
        (
            "1 % 0",
            "! division by zero, or a float where only integers can be divided",
        ),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_expression_says_where() {
    for (text, offset) in [
        ("1 +", 3),
        ("", 0),
        ("(1", 2),
        ("1 2", 2),
        ("'a", 0),
        ("a ? b", 2),
        ("[x for 1 in 0..2]", 7),
    ] {
        match Expr::parse(text) {
            Err(error) => assert_eq!(error.offset, offset, "{text}: {error}"),
            Ok(_) => panic!("{text} was read"),
        }
    }
}

#[test]
fn names_leave_out_what_is_bound_inside() {
    let expr = Expr::parse("[a + k for k in 0..n] + f(len(b))").unwrap();
    assert_eq!(expr.names(), ["n", "a", "b"]);
    assert_eq!(expr.functions(), ["f"]);
}

#[test]
fn deep_nesting_is_refused_instead_of_overflowing_the_stack() {
    let text = format!("{}1{}", "(".repeat(400), ")".repeat(400));
    assert!(Expr::parse(&text).is_err());
    assert!(Expr::parse(&"not ".repeat(200)).is_err());
    assert!(Expr::parse(&"-".repeat(900)).is_err());
}
