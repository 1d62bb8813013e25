//! Reads a value back from its `repr`: Python's literals (the language reference, 'Literals';
//! `ast.literal_eval`).
//!
//! Everything else is refused (names, calls, operators, `inf` and `nan`), so that a text without quotes is
//! never taken for a value.

use super::Object;

/// Deepest nesting that is read, far below what overflows the stack.
const MAX_DEPTH: usize = 64;

impl Object {
    /// The value whose `repr` this is. `None` if the text is not a literal.
    #[must_use]
    pub fn parse(repr: &str) -> Option<Object> {
        let mut reader = Reader {
            rest: repr,
            depth: 0,
        };
        let value = reader.value()?;
        reader.space();
        reader.rest.is_empty().then_some(value)
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Consumes this text if it comes next, after spaces.
    fn take(&mut self, text: &str) -> bool {
        self.space();
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn value(&mut self) -> Option<Object> {
        for (word, value) in [
            ("None", Object::None),
            ("True", Object::Bool(true)),
            ("False", Object::Bool(false)),
        ] {
            if self.take(word) {
                return Some(value);
            }
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = match self.rest.chars().next()? {
            '[' => {
                self.take("[");
                Object::List(self.items("]", Reader::value)?.0)
            }
            '{' => {
                self.take("{");
                Object::Dict(self.items("}", Reader::pair)?.0)
            }
            '(' => {
                self.take("(");
                self.tuple()?
            }
            '\'' | '"' => Object::Str(self.text(&mut char::from_u32)?),
            'b' => {
                self.take("b");
                // Each character stands for a byte, as in latin-1.
                let byte = |code| u8::try_from(code).ok().map(char::from);
                let text = self.text(&mut { byte })?;
                let bytes = text.chars().map(|c| u8::try_from(c).ok());
                Object::Bytes(bytes.collect::<Option<_>>()?)
            }
            _ => self.number()?,
        };
        self.depth -= 1;
        Some(value)
    }

    fn pair(&mut self) -> Option<(Object, Object)> {
        let key = self.value()?;
        self.take(":").then_some(())?;
        Some((key, self.value()?))
    }

    /// Items up to `close`, and whether a comma stood after the last.
    fn items<T>(
        &mut self,
        close: &str,
        item: fn(&mut Self) -> Option<T>,
    ) -> Option<(Vec<T>, bool)> {
        let (mut items, mut comma) = (Vec::new(), true);
        while !self.take(close) {
            if !comma {
                return None;
            }
            items.push(item(self)?);
            comma = self.take(",");
        }
        Some((items, comma))
    }

    /// A tuple. A single value without a comma is that value in parentheses.
    fn tuple(&mut self) -> Option<Object> {
        let (mut items, comma) = self.items(")", Reader::value)?;
        if items.len() == 1 && !comma {
            return items.pop();
        }
        Some(Object::Tuple(items))
    }

    fn number(&mut self) -> Option<Object> {
        let of_number = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let end = self.rest.find(|c| !of_number(c));
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        // Rust reads `inf` and `nan` as floats; to Python they are names.
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        let int = text.parse().ok().map(Object::Int);
        int.or_else(|| text.parse().ok().map(Object::Float))
    }

    /// A quoted text. `code` turns the number in an escape into a character.
    fn text(&mut self, code: &mut dyn FnMut(u32) -> Option<char>) -> Option<String> {
        let quote = self.rest.chars().next().filter(|c| "'\"".contains(*c))?;
        let mut chars = self.rest[1..].chars();
        let mut text = String::new();
        loop {
            let c = chars.next()?;
            if c == quote {
                self.rest = chars.as_str();
                return Some(text);
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            let digits = match chars.next()? {
                'n' => {
                    text.push('\n');
                    continue;
                }
                'r' => {
                    text.push('\r');
                    continue;
                }
                't' => {
                    text.push('\t');
                    continue;
                }
                'x' => 2,
                'u' => 4,
                'U' => 8,
                other @ ('\\' | '\'' | '"') => {
                    text.push(other);
                    continue;
                }
                _ => return None,
            };
            let digits = chars.as_str().get(..digits)?;
            chars = chars.as_str()[digits.len()..].chars();
            text.push(code(u32::from_str_radix(digits, 16).ok()?)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::object::{Object, repr_whole};

    #[test]
    fn what_repr_prints_is_read_back() {
        // Each is what CPython 3.13 prints for itself: `repr(ast.literal_eval(text)) == text`.
        for text in [
            "None",
            "True",
            "-3",
            "170141183460469231731687303715884105727",
            "-0.0",
            "1e+16",
            "2.2250738585072014e-308",
            "\"it's\"",
            "'a\\\\b\\n\\r\\t\\x00\\xa0\\u200b\\U000e0001第'",
            "'it\\'s \"hi\"'",
            "b\"a'\\x00\\xff\\n\\\\\"",
            "[]",
            "[1, [2.5, 'x'], ()]",
            "(1,)",
            "(1, 'a')",
            "{}",
            "{'a': [1], (1, 2): None}",
        ] {
            let value = Object::parse(text).unwrap_or_else(|| panic!("{text} is a literal"));
            assert_eq!(repr_whole(&value), text);
        }
        assert_eq!(Object::parse(" ( 1 ) "), Some(Object::Int(1)));
        assert_eq!(Object::parse("[1, ]"), Some(Object::from([1])));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for text in [
            "",
            "inf",
            "nan",
            "-inf",
            "x",
            "true",
            "1 + 2",
            "1 2",
            "[1",
            "[1 2]",
            "[,]",
            "'a",
            "'a\\",
            "'\\q'",
            "'\\x4'",
            "b'第'",
            "{1}",
            "{1:}",
            "f(1)",
            "--1",
            "'a' 'b'",
            "<ListProxy object, typeid 'list' at 0x1>",
            "[1, …",
        ] {
            assert_eq!(Object::parse(text), None, "{text}");
        }
        assert_eq!(Object::parse(&"[".repeat(100_000)), None);
    }
}
