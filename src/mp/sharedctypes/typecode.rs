//! `TypeCode`: the C types of the one-letter codes, and what C makes of a Python value.
//!
//! Sizes are those of Linux on x86-64. Ints wrap silently as ctypes lets them; the errors' texts are
//! ctypes' own (CPython: Modules/_ctypes/cfield.c).

use crate::object::Object;

/// A type of C by its code in `array` and `multiprocessing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeCode {
    Char,
    WideChar,
    /// Signed or not, of 1, 2, 4 or 8 bytes; the character is the code.
    Int {
        code: char,
        size: u8,
        signed: bool,
    },
    Float,
    Double,
}

/// Why a value does not fit: class and text of the exception.
pub(super) type Unfit = (&'static str, String);

impl TypeCode {
    /// The type of a code; `None` for what is no code.
    pub(super) fn of(code: char) -> Option<TypeCode> {
        let int = |size, signed| Some(TypeCode::Int { code, size, signed });
        match code {
            'c' => Some(TypeCode::Char),
            'u' => Some(TypeCode::WideChar),
            'f' => Some(TypeCode::Float),
            'd' => Some(TypeCode::Double),
            'b' => int(1, true),
            'B' => int(1, false),
            'h' => int(2, true),
            'H' => int(2, false),
            'i' => int(4, true),
            'I' => int(4, false),
            'l' | 'q' => int(8, true),
            'L' | 'Q' => int(8, false),
            _ => None,
        }
    }

    pub(super) fn code(self) -> char {
        match self {
            TypeCode::Char => 'c',
            TypeCode::WideChar => 'u',
            TypeCode::Int { code, .. } => code,
            TypeCode::Float => 'f',
            TypeCode::Double => 'd',
        }
    }

    /// `sizeof`, in bytes.
    #[inline]
    pub(super) fn size(self) -> usize {
        match self {
            TypeCode::Char => 1,
            TypeCode::Int { size, .. } => usize::from(size),
            TypeCode::WideChar | TypeCode::Float => 4,
            TypeCode::Double => 8,
        }
    }

    /// The type's name in ctypes, where `long long` is another name for `long`.
    pub(super) fn c_name(self) -> &'static str {
        match self.code() {
            'c' => "c_char",
            'u' => "c_wchar",
            'b' => "c_byte",
            'B' => "c_ubyte",
            'h' => "c_short",
            'H' => "c_ushort",
            'i' => "c_int",
            'I' => "c_uint",
            'l' | 'q' => "c_long",
            'L' | 'Q' => "c_ulong",
            'f' => "c_float",
            _ => "c_double",
        }
    }

    /// The bits of a value in this type; those beyond its size are to be dropped.
    #[inline]
    pub(super) fn encode(self, value: &Object) -> Result<u64, Unfit> {
        match (self, value) {
            (TypeCode::Int { .. }, Object::Int(value)) => Ok(wrap(*value)),
            (TypeCode::Double, Object::Float(value)) => Ok(value.to_bits()),
            _ => self.encode_rarer(value),
        }
    }

    fn encode_rarer(self, value: &Object) -> Result<u64, Unfit> {
        let types = |text: String| Err(("TypeError", text));
        match self {
            TypeCode::Int { .. } => match value.integer() {
                Some(value) => Ok(wrap(value)),
                None => types(value.no_integer()),
            },
            TypeCode::Float | TypeCode::Double => match value.as_float() {
                Some(value) if self == TypeCode::Float => Ok(u64::from(narrow(value).to_bits())),
                Some(value) => Ok(value.to_bits()),
                None => types(format!("must be real number, not {}", value.type_name())),
            },
            TypeCode::Char => {
                let byte = match value {
                    Object::Bytes(bytes) if bytes.len() == 1 => Some(bytes[0]),
                    _ => value.integer().and_then(|value| u8::try_from(value).ok()),
                };
                match byte {
                    Some(byte) => Ok(u64::from(byte)),
                    None => types("one character bytes, bytearray or integer expected".to_owned()),
                }
            }
            TypeCode::WideChar => {
                let Object::Str(text) = value else {
                    return types(format!(
                        "unicode string expected instead of {} instance",
                        value.type_name()
                    ));
                };
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(only), None) => Ok(u64::from(u32::from(only))),
                    _ => types("one character unicode string expected".to_owned()),
                }
            }
        }
    }

    /// The value these bits are in this type; bits beyond its size are ignored.
    #[inline]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the bits beyond the size are ignored"
    )]
    pub(super) fn decode(self, bits: u64) -> Object {
        match self {
            TypeCode::Int { size, signed, .. } => {
                let unused = 64 - 8 * u32::from(size);
                let high = bits << unused;
                Object::Int(if signed {
                    i128::from(high.cast_signed() >> unused)
                } else {
                    i128::from(high >> unused)
                })
            }
            TypeCode::Double => Object::Float(f64::from_bits(bits)),
            TypeCode::Float => Object::Float(f64::from(f32::from_bits(bits as u32))),
            TypeCode::Char => Object::Bytes(vec![bits as u8]),
            TypeCode::WideChar => {
                let char = char::from_u32(bits as u32);
                Object::from(char.unwrap_or(char::REPLACEMENT_CHARACTER))
            }
        }
    }
}

/// The low 64 bits: what C keeps of a larger int.
#[inline]
#[allow(
    clippy::cast_possible_truncation,
    reason = "ctypes drops the bits above"
)]
fn wrap(value: i128) -> u64 {
    value.cast_unsigned() as u64
}

/// A double as C's float.
#[allow(
    clippy::cast_possible_truncation,
    reason = "C rounds, and makes what is too large infinite"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::TypeCode;
    use crate::mp::Object;

    fn through(code: char, value: impl Into<Object>) -> String {
        let code = TypeCode::of(code).expect("a code");
        match code.encode(&value.into()) {
            Ok(bits) => code.decode(bits).to_string(),
            Err((class, text)) => format!("{class}: {text}"),
        }
    }

    #[test]
    fn ints_wrap_as_in_c() {
        // Each row: the value, then what CPython 3.13 read back from b B h H i I l L q Q.
        let table: [(i128, [i128; 10]); 7] = [
            (
                1 << 31,
                [
                    0,
                    0,
                    0,
                    0,
                    -(1 << 31),
                    1 << 31,
                    1 << 31,
                    1 << 31,
                    1 << 31,
                    1 << 31,
                ],
            ),
            (
                -1,
                [
                    -1,
                    255,
                    -1,
                    65535,
                    -1,
                    4_294_967_295,
                    -1,
                    u64::MAX.into(),
                    -1,
                    u64::MAX.into(),
                ],
            ),
            (
                -(1 << 31) - 1,
                [
                    -1,
                    255,
                    -1,
                    65535,
                    2_147_483_647,
                    2_147_483_647,
                    -2_147_483_649,
                    18_446_744_071_562_067_967,
                    -2_147_483_649,
                    18_446_744_071_562_067_967,
                ],
            ),
            (300, [44, 44, 300, 300, 300, 300, 300, 300, 300, 300]),
            (
                70_000,
                [
                    112, 112, 4464, 4464, 70_000, 70_000, 70_000, 70_000, 70_000, 70_000,
                ],
            ),
            (1 << 70, [0; 10]),
            (
                1 << 63,
                [
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    i64::MIN.into(),
                    1 << 63,
                    i64::MIN.into(),
                    1 << 63,
                ],
            ),
        ];
        for (value, wanted) in table {
            for (code, wanted) in "bBhHiIlLqQ".chars().zip(wanted) {
                assert_eq!(through(code, value), wanted.to_string(), "{code} {value}");
            }
        }
        assert_eq!(through('i', (1_i128 << 32) + 7), "7");
        assert_eq!(through('i', true), "1");
    }

    #[test]
    fn floats_round_as_in_c() {
        assert_eq!(through('f', 0.1), "0.10000000149011612");
        assert_eq!(through('f', 1e39), "inf");
        assert_eq!(through('d', 0.1), "0.1");
        assert_eq!(through('d', 1_i128 << 70), "1.1805916207174113e+21");
        assert_eq!(through('f', true), "1.0");
        assert_eq!(through('d', -0.0), "-0.0");
    }

    #[test]
    fn errors_are_those_of_ctypes() {
        for (code, value, wanted) in [
            (
                'i',
                Object::from("x"),
                "TypeError: 'str' object cannot be interpreted as an integer",
            ),
            (
                'Q',
                1.5.into(),
                "TypeError: 'float' object cannot be interpreted as an integer",
            ),
            (
                'b',
                ().into(),
                "TypeError: 'NoneType' object cannot be interpreted as an integer",
            ),
            ('d', "x".into(), "TypeError: must be real number, not str"),
            (
                'f',
                ().into(),
                "TypeError: must be real number, not NoneType",
            ),
            (
                'c',
                "h".into(),
                "TypeError: one character bytes, bytearray or integer expected",
            ),
            (
                'c',
                256.into(),
                "TypeError: one character bytes, bytearray or integer expected",
            ),
            (
                'c',
                b"ab".into(),
                "TypeError: one character bytes, bytearray or integer expected",
            ),
            ('c', b"\xff".into(), "b'\\xff'"),
            ('c', 65.into(), "b'A'"),
            ('u', "第".into(), "第"),
            (
                'u',
                "ab".into(),
                "TypeError: one character unicode string expected",
            ),
            (
                'u',
                65.into(),
                "TypeError: unicode string expected instead of int instance",
            ),
        ] {
            assert_eq!(through(code, value), wanted);
        }
    }

    #[test]
    fn sizes_are_those_of_linux() {
        let sizes = "cubBhHiIlLqQfd"
            .chars()
            .map(|code| TypeCode::of(code).map(TypeCode::size));
        let wanted = [1, 4, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 4, 8].map(Some);
        assert!(sizes.eq(wanted));
        assert!("xzn?Pwe3".chars().all(|code| TypeCode::of(code).is_none()));
    }
}
