//! `Played`: what runs a lesson's program, chosen by the command line or by what the lesson has.
//!
//! A lesson without a Rust twin runs under Python by itself. Owns the options that `run`, `test` and
//! the session share, and the words for what can't be had.

use std::cell::OnceCell;
use std::path::Path;

use super::args::engine::{EngineArgs, TestEngineArg, TestEngineArgs};
use super::context::Context;
use super::trust;
use crate::engine::GateMode;
use crate::engine::interpreter::{Interpreter, InterpreterError};
use crate::engine::python::{Program, PythonConfig};
use crate::engine::traced::Buffering;
use crate::error::{Code, Failure};
use crate::lesson::{Lesson, Origin, Params};
use crate::text::Lang;
use crate::trace::{Engine, StartMethod};

/// The choices of a test, its interpreters found.
pub(crate) struct TestEngines<'a> {
    args: &'a TestEngineArgs,
    /// Found when the first lesson wants one.
    pythons: OnceCell<Result<Vec<Interpreter>, Failure>>,
}

impl<'a> TestEngines<'a> {
    pub(crate) fn new(args: &'a TestEngineArgs) -> TestEngines<'a> {
        TestEngines {
            args,
            pythons: OnceCell::new(),
        }
    }

    /// Everything that is to run this lesson.
    pub(crate) fn played(
        &self,
        context: &Context,
        lesson: &Lesson,
    ) -> Result<Vec<Played>, Failure> {
        let python = !self.args.python.is_empty() || !self.args.start_method.is_empty();
        let engine = match self.args.engine {
            Some(engine) => engine,
            None if python => TestEngineArg::Python,
            None if lesson.twin => TestEngineArg::Native,
            None => TestEngineArg::Python,
        };
        if engine == TestEngineArg::Native && python {
            let what = context.lang.tell(
                "engine.only-python",
                &[("option", &"--python, --start-method")],
            );
            return Err(Failure::new(Code::Usage, what));
        }
        let mut played = Vec::new();
        if engine == TestEngineArg::Native || (engine == TestEngineArg::All && lesson.twin) {
            played.push(Played::native(context, lesson)?);
        }
        if engine == TestEngineArg::Native {
            return Ok(played);
        }
        let methods = self
            .args
            .start_method
            .iter()
            .map(|method| Some(StartMethod::from(*method)));
        let methods: Vec<_> = if self.args.start_method.is_empty() {
            vec![None]
        } else {
            methods.collect()
        };
        trust::require(context, lesson)?;
        for interpreter in self.pythons(context)? {
            played.extend(methods.iter().map(|method| Played::Python {
                interpreter: interpreter.clone(),
                method: *method,
            }));
        }
        Ok(played)
    }

    fn pythons(&self, context: &Context) -> Result<&[Interpreter], Failure> {
        let found = self.pythons.get_or_init(|| {
            let given = self.args.python.iter().map(|given| Some(given.as_str()));
            let given: Vec<_> = if self.args.python.is_empty() {
                vec![None]
            } else {
                given.collect()
            };
            let found = given.into_iter().map(|given| interpreter(context, given));
            found.collect()
        });
        match found {
            Ok(found) => Ok(found),
            Err(failure) => Err(failure.clone()),
        }
    }
}

/// What runs a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Played {
    Native,
    Python {
        interpreter: Interpreter,
        /// How children start where the program does not say; `None`: as this Python does.
        method: Option<StartMethod>,
    },
}

impl EngineArgs {
    /// The engine that is wanted for a lesson.
    pub(crate) fn engine_for(&self, lesson: &Lesson) -> Engine {
        let python = self.python.is_some() || self.start_method.is_some();
        match self.engine {
            Some(engine) => engine.into(),
            None if python || !lesson.twin => Engine::Python,
            None => Engine::Native,
        }
    }

    /// What is to run the lesson.
    pub(crate) fn played(&self, context: &Context, lesson: &Lesson) -> Result<Played, Failure> {
        let lang = context.lang;
        if self.engine_for(lesson) == Engine::Native {
            let of_python = [
                self.python.as_ref().map(|_| "--python"),
                self.start_method.map(|_| "--start-method"),
            ];
            if let Some(option) = of_python.into_iter().flatten().next() {
                let what = lang.tell("engine.only-python", &[("option", &option)]);
                return Err(Failure::new(Code::Usage, what));
            }
            return Played::native(context, lesson);
        }
        trust::require(context, lesson)?;
        let interpreter = interpreter(context, self.python.as_deref())?;
        Ok(Played::Python {
            interpreter,
            method: self.start_method.map(StartMethod::from),
        })
    }
}

/// The Python that is meant.
pub(crate) fn interpreter(context: &Context, given: Option<&str>) -> Result<Interpreter, Failure> {
    Interpreter::find(given).map_err(|error| {
        let lang = context.lang;
        let code = match (given, &error) {
            (Some(_), InterpreterError::NotFound { .. }) => Code::Usage,
            _ => Code::NotStarted,
        };
        Failure::new(code, no_interpreter(lang, &error))
            .remedy(lang.phrase("engine.no-python-remedy"))
    })
}

/// Why there is no such Python.
pub(crate) fn no_interpreter(lang: Lang, error: &InterpreterError) -> String {
    match error {
        InterpreterError::None => lang.phrase("engine.no-python").to_owned(),
        InterpreterError::NotFound { given } => lang.tell("engine.not-found", &[("given", given)]),
        InterpreterError::NoAnswer { path, why } => lang.tell(
            "engine.no-answer",
            &[("path", &path.display()), ("why", why)],
        ),
        InterpreterError::Other {
            path,
            name,
            version,
        } => lang.tell(
            "engine.other",
            &[
                ("path", &path.display()),
                ("name", name),
                ("version", version),
            ],
        ),
    }
}

impl Played {
    /// The lesson's Rust twin.
    pub(crate) fn native(context: &Context, lesson: &Lesson) -> Result<Played, Failure> {
        if lesson.twin {
            return Ok(Played::Native);
        }
        let lang = context.lang;
        let what = lang.tell("run.no-program", &[("lesson", &lesson.slug())]);
        Err(Failure::new(Code::NotStarted, what).remedy(lang.phrase("run.no-program-remedy")))
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Played::Native => Engine::Native,
            Played::Python { .. } => Engine::Python,
        }
    }

    /// How it is called beside the lesson's name, where it is not the twin.
    pub(crate) fn title(&self) -> Option<String> {
        match self {
            Played::Native => None,
            Played::Python {
                interpreter,
                method: None,
            } => Some(format!("python {}", interpreter.version)),
            Played::Python {
                interpreter,
                method: Some(method),
            } => Some(format!("python {} {method}", interpreter.version)),
        }
    }

    /// How children start where the program does not say.
    pub(crate) fn method(&self) -> StartMethod {
        match self {
            Played::Native => StartMethod::Fork,
            Played::Python {
                interpreter,
                method,
            } => method.unwrap_or_else(|| interpreter.version.default_method()),
        }
    }
}

/// What the Python engine starts.
pub(crate) fn python_config(
    context: &Context,
    lesson: &Lesson,
    params: &Params,
    (interpreter, method): (&Interpreter, Option<StartMethod>),
) -> Result<PythonConfig, Failure> {
    Ok(PythonConfig {
        lesson: lesson.slug().to_owned(),
        interpreter: interpreter.path.clone(),
        program: program(context, lesson, params)?,
        buffering: Buffering::Lines,
        method,
        time_scale: 1.0,
        lines: false,
        gate: GateMode::Open,
        scheduler: None,
        forklore: None,
        environment: Vec::new(),
    })
}

/// The program with these parameters: the file itself, unless its text has to be another one.
fn program(context: &Context, lesson: &Lesson, params: &Params) -> Result<Program, Failure> {
    let text = lesson.python_source(params).map_err(|missing| {
        let lang = context.lang;
        let names: Vec<String> = missing.iter().map(|name| name.to_uppercase()).collect();
        let what = lang.tell(
            "engine.no-constant",
            &[("lesson", &lesson.slug()), ("names", &names.join(", "))],
        );
        Failure::new(Code::Unreadable, what)
    })?;
    Ok(match &lesson.origin {
        Origin::Folder(folder) if text == lesson.files.python => {
            Program::InPlace(folder.join("program.py"))
        }
        origin => Program::Copy {
            text,
            of: folder_of(origin).map(Path::to_owned),
        },
    })
}

fn folder_of(origin: &Origin) -> Option<&Path> {
    match origin {
        Origin::Embedded => None,
        Origin::Folder(folder) => Some(folder),
    }
}
