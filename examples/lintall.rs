fn main() {
    let lib = forklore::lesson::Library::embedded().unwrap();
    for l in lib.iter() { for f in forklore::lesson::lint(l) { println!("{f}"); } }
    for f in forklore::lesson::lint_library(&lib) { println!("{f}"); }
}
