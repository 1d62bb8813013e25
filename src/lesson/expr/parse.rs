//! Reads the text of an expression into its tree, by recursive descent.
//!
//! Precedence is Python's: `if/else`, `or`, `and`, `not`, comparison, range, sum, product, minus,
//! index. Errors carry the byte where reading stopped and what was expected there.

use super::{Node, Operator, SyntaxError};
use crate::lesson::{Value, Words};

/// Deepest nesting: far beyond any lesson, far below the stack.
const MAX_DEPTH: usize = 64;

pub(super) fn expression(text: &str) -> Result<Node, SyntaxError> {
    let mut reader = Reader {
        text,
        tokens: tokens(text)?,
        place: 0,
        depth: 0,
    };
    let node = reader.conditional()?;
    match reader.tokens.get(reader.place) {
        None => Ok(node),
        Some((offset, token)) => Err(error(
            *offset,
            Words::tell("syntax.over", &[("found", token)]),
        )),
    }
}

fn error(offset: usize, message: Words) -> SyntaxError {
    SyntaxError { offset, message }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Int(i64),
    Float(f64),
    Text(String),
    Word(String),
    Sign(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Int(n) => write!(f, "`{n}`"),
            Token::Float(x) => write!(f, "`{x:?}`"),
            Token::Text(text) => write!(f, "'{text}'"),
            Token::Word(word) => write!(f, "`{word}`"),
            Token::Sign(sign) => write!(f, "`{sign}`"),
        }
    }
}

/// Longer signs first, so that `..=` is not read as `..`.
const SIGNS: &[&str] = &[
    "..=", "..", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "[",
    "]", ",",
];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c.is_ascii_digit() {
            let (length, token) = number(rest).map_err(|message| error(at, message))?;
            found.push((at, token));
            at += length;
        } else if c.is_alphabetic() || c == '_' {
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            found.push((at, Token::Word(rest[..length].to_owned())));
            at += length;
        } else if c == '\'' || c == '"' {
            let Some(length) = rest[1..].find(c) else {
                return Err(error(at, Words::tell("syntax.quote", &[])));
            };
            found.push((at, Token::Text(rest[1..=length].to_owned())));
            at += length + 2;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push((at, Token::Sign(sign)));
            at += sign.len();
        } else {
            return Err(error(at, Words::tell("syntax.sign", &[("sign", &c)])));
        }
    }
    Ok(found)
}

fn number(rest: &str) -> Result<(usize, Token), Words> {
    let digits = |text: &str| {
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len())
    };
    let whole = digits(rest);
    // `0..3` is a range, `0.5` a float.
    let fraction = match rest[whole..].strip_prefix('.') {
        Some(after) if !after.starts_with('.') => 1 + digits(after),
        _ => 0,
    };
    let length = whole + fraction;
    let text = &rest[..length];
    let token = if fraction == 0 {
        text.parse().ok().map(Token::Int)
    } else {
        text.parse().ok().map(Token::Float)
    };
    token
        .map(|token| (length, token))
        .ok_or_else(|| Words::tell("syntax.number", &[("text", &text)]))
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    place: usize,
    depth: usize,
}

impl Reader<'_> {
    fn offset(&self) -> usize {
        self.tokens
            .get(self.place)
            .map_or(self.text.len(), |(offset, _)| *offset)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.place), Some((_, Token::Sign(s))) if *s == sign);
        self.place += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.place), Some((_, Token::Word(w))) if w == word);
        self.place += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(self.unexpected_sign(sign))
        }
    }

    fn unexpected_sign(&self, sign: &str) -> SyntaxError {
        let sign = format!("`{sign}`");
        self.unexpected(&Words::new(sign.clone(), sign))
    }

    fn unexpected(&self, wanted: &Words) -> SyntaxError {
        let found = match self.tokens.get(self.place) {
            Some((_, token)) => Words::of(|_| token.to_string()),
            None => Words::tell("syntax.end", &[]),
        };
        error(
            self.offset(),
            Words::tell(
                "syntax.unexpected",
                &[("found", &found), ("wanted", wanted)],
            ),
        )
    }

    fn no_value(&self) -> SyntaxError {
        self.unexpected(&Words::tell("syntax.value", &[]))
    }

    fn deeper(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(error(self.offset(), Words::tell("syntax.deep", &[])));
        }
        Ok(())
    }

    fn conditional(&mut self) -> Result<Node, SyntaxError> {
        self.deeper()?;
        let then = self.either()?;
        let node = if self.word("if") {
            let test = self.either()?;
            if !self.word("else") {
                return Err(self.unexpected_sign("else"));
            }
            Node::If {
                test: Box::new(test),
                then: Box::new(then),
                otherwise: Box::new(self.conditional()?),
            }
        } else {
            then
        };
        self.depth -= 1;
        Ok(node)
    }

    fn either(&mut self) -> Result<Node, SyntaxError> {
        let mut left = self.both()?;
        while self.word("or") {
            left = Node::Binary(Operator::Or, Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Node, SyntaxError> {
        let mut left = self.negation()?;
        while self.word("and") {
            left = Node::Binary(Operator::And, Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Node, SyntaxError> {
        if !self.word("not") {
            return self.comparison();
        }
        self.deeper()?;
        let inner = self.negation()?;
        self.depth -= 1;
        Ok(Node::Not(Box::new(inner)))
    }

    fn comparison(&mut self) -> Result<Node, SyntaxError> {
        let left = self.range()?;
        let operator = if self.sign("==") {
            Operator::Eq
        } else if self.sign("!=") {
            Operator::Ne
        } else if self.sign("<=") {
            Operator::Le
        } else if self.sign(">=") {
            Operator::Ge
        } else if self.sign("<") {
            Operator::Lt
        } else if self.sign(">") {
            Operator::Gt
        } else if self.word("in") {
            Operator::In
        } else if self.word("not") {
            if !self.word("in") {
                return Err(self.unexpected_sign("in"));
            }
            Operator::NotIn
        } else {
            return Ok(left);
        };
        let right = self.range()?;
        Ok(Node::Binary(operator, Box::new(left), Box::new(right)))
    }

    fn range(&mut self) -> Result<Node, SyntaxError> {
        let from = self.sum()?;
        let inclusive = if self.sign("..=") {
            true
        } else if self.sign("..") {
            false
        } else {
            return Ok(from);
        };
        Ok(Node::Range {
            from: Box::new(from),
            to: Box::new(self.sum()?),
            inclusive,
        })
    }

    fn sum(&mut self) -> Result<Node, SyntaxError> {
        let mut left = self.product()?;
        loop {
            let operator = if self.sign("+") {
                Operator::Add
            } else if self.sign("-") {
                Operator::Sub
            } else {
                return Ok(left);
            };
            left = Node::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Node, SyntaxError> {
        let mut left = self.minus()?;
        loop {
            let operator = if self.sign("*") {
                Operator::Mul
            } else if self.sign("//") {
                Operator::FloorDiv
            } else if self.sign("/") {
                Operator::Div
            } else if self.sign("%") {
                Operator::Rem
            } else {
                return Ok(left);
            };
            left = Node::Binary(operator, Box::new(left), Box::new(self.minus()?));
        }
    }

    fn minus(&mut self) -> Result<Node, SyntaxError> {
        if !self.sign("-") {
            return self.indexed();
        }
        self.deeper()?;
        let inner = self.minus()?;
        self.depth -= 1;
        Ok(Node::Neg(Box::new(inner)))
    }

    fn indexed(&mut self) -> Result<Node, SyntaxError> {
        let mut node = self.atom()?;
        while self.sign("[") {
            let place = self.conditional()?;
            self.expect("]")?;
            node = Node::Index(Box::new(node), Box::new(place));
        }
        Ok(node)
    }

    fn atom(&mut self) -> Result<Node, SyntaxError> {
        if self.sign("(") {
            let inner = self.conditional()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.sign("[") {
            return self.list();
        }
        let token = match self.tokens.get(self.place) {
            Some((_, Token::Sign(_))) | None => return Err(self.no_value()),
            Some((_, token)) => token.clone(),
        };
        let node = match token {
            Token::Int(n) => Node::Const(n.into()),
            Token::Float(x) => Node::Const(Value::Float(x)),
            Token::Text(text) => Node::Const(Value::Str(text)),
            Token::Word(word) => match word.as_str() {
                "None" => Node::Const(Value::None),
                "True" | "true" => Node::Const(Value::Bool(true)),
                "False" | "false" => Node::Const(Value::Bool(false)),
                "if" | "else" | "for" | "in" | "and" | "or" | "not" => {
                    return Err(self.no_value());
                }
                _ => {
                    self.place += 1;
                    return self.named(word);
                }
            },
            Token::Sign(_) => return Err(self.no_value()),
        };
        self.place += 1;
        Ok(node)
    }

    fn named(&mut self, name: String) -> Result<Node, SyntaxError> {
        if !self.sign("(") {
            return Ok(Node::Name(name));
        }
        Ok(Node::Call(name, self.items(")")?))
    }

    /// After `[`: a list, or one item for each of another.
    fn list(&mut self) -> Result<Node, SyntaxError> {
        let start = self.place;
        if self.sign("]") {
            return Ok(Node::List(Vec::new()));
        }
        let item = self.conditional()?;
        if !self.word("for") {
            self.place = start;
            return Ok(Node::List(self.items("]")?));
        }
        let name = match self.tokens.get(self.place) {
            Some((_, Token::Word(name))) => name.clone(),
            _ => return Err(self.unexpected(&Words::tell("syntax.name", &[]))),
        };
        self.place += 1;
        if !self.word("in") {
            return Err(self.unexpected_sign("in"));
        }
        let over = self.range()?;
        self.expect("]")?;
        Ok(Node::Each {
            item: Box::new(item),
            name,
            over: Box::new(over),
        })
    }

    fn items(&mut self, close: &str) -> Result<Vec<Node>, SyntaxError> {
        let mut items = Vec::new();
        while !self.sign(close) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(self.conditional()?);
        }
        Ok(items)
    }
}
