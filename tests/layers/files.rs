//! Which file of a room uses which: paths are followed through `use` and re-exports to the file that
//! defines what they name. A circle is a set of files each of which needs every other.
//!
//! A part may use what its own whole defines (`foo/bar.rs` what stands in `foo.rs`): that edge does not
//! count. Tests inside the source do not count either, nor what stands in macros.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// A module's path from the root of the crate.
type Module = Vec<String>;

/// What a file says of itself.
#[derive(Default)]
struct File {
    /// Names it imports or re-exports, and the path each stands for.
    names: BTreeMap<String, Module>,
    /// Paths it mentions.
    paths: BTreeSet<Module>,
}

/// Every file's imports of other files.
pub struct Graph {
    edges: BTreeMap<Module, BTreeSet<Module>>,
}

fn module_of(path: &Path, root: &Path) -> Module {
    let inside = path.strip_prefix(root).expect("inside the package");
    inside
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect()
}

impl Graph {
    pub fn read(root: &Path, files: &[std::path::PathBuf]) -> Graph {
        let mut modules = BTreeMap::new();
        for path in files {
            let text = fs::read_to_string(path).expect("a file of the package");
            let parsed = syn::parse_file(&text).expect("Rust");
            let mut file = File::default();
            file.visit_file(&parsed);
            modules.insert(module_of(path, root), file);
        }
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, file) in &modules {
            let own = edges.entry(module.clone()).or_default();
            for path in file.paths.iter().chain(file.names.values()) {
                if let Some(target) = resolve(&modules, module, path, 0)
                    && target != *module
                    && !module.starts_with(&target)
                {
                    own.insert(target);
                }
            }
        }
        Graph { edges }
    }

    /// The circles of files inside each room: sets of files that all need one another.
    pub fn circles(&self) -> Vec<BTreeSet<String>> {
        let mut found = Vec::new();
        let mut seen: BTreeSet<&Module> = BTreeSet::new();
        for module in self.edges.keys() {
            if seen.contains(module) {
                continue;
            }
            let forth = self.reach(module);
            let circle: BTreeSet<&Module> = forth
                .into_iter()
                .filter(|other| self.reach(other).contains(module))
                .collect();
            if circle.len() > 1 {
                found.push(circle.iter().map(|module| module.join("/")).collect());
            }
            seen.extend(circle);
        }
        found
    }

    /// The files of its room a file needs, itself included.
    fn reach<'a>(&'a self, from: &'a Module) -> BTreeSet<&'a Module> {
        let mut found = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            for next in self.edges.get(module).into_iter().flatten() {
                if next[0] == from[0] && found.insert(next) {
                    open.push(next);
                }
            }
        }
        found
    }
}

/// The file that defines what a path in `module` names.
fn resolve(
    modules: &BTreeMap<Module, File>,
    module: &[String],
    path: &[String],
    depth: usize,
) -> Option<Module> {
    if depth > 8 {
        return None;
    }
    let mut here: Module = module.to_vec();
    let mut rest = path.iter();
    let mut rest_is_first = true;
    let mut segments: Vec<&String> = Vec::new();
    for segment in rest.by_ref() {
        match segment.as_str() {
            "crate" => here.clear(),
            "super" => {
                here.pop()?;
            }
            "self" => {}
            _ => {
                segments.push(segment);
                break;
            }
        }
        rest_is_first = false;
    }
    segments.extend(rest);
    // A bare name is an import, or a part of this module.
    for (place, segment) in segments.iter().enumerate() {
        let mut inner = here.clone();
        inner.push((*segment).clone());
        if modules.contains_key(&inner) {
            here = inner;
            continue;
        }
        if let Some(target) = modules.get(&here).and_then(|file| file.names.get(*segment)) {
            let mut target = target.clone();
            target.extend(segments[place + 1..].iter().map(|name| (*name).clone()));
            return resolve(modules, &here, &target, depth + 1);
        }
        if place == 0 && rest_is_first {
            return None;
        }
        break;
    }
    (!here.is_empty() && modules.contains_key(&here)).then_some(here)
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

fn flatten(tree: &syn::UseTree, under: &mut Module, file: &mut File) {
    match tree {
        syn::UseTree::Path(path) => {
            under.push(path.ident.to_string());
            flatten(&path.tree, under, file);
            under.pop();
        }
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, under, file);
            }
        }
        syn::UseTree::Name(name) => leaf(
            &name.ident.to_string(),
            &name.ident.to_string(),
            under,
            file,
        ),
        syn::UseTree::Rename(name) => {
            leaf(
                &name.ident.to_string(),
                &name.rename.to_string(),
                under,
                file,
            );
        }
        syn::UseTree::Glob(_) => {}
    }
}

fn leaf(name: &str, called: &str, under: &Module, file: &mut File) {
    let mut path = under.clone();
    if name == "self" {
        let called = under.last().cloned().unwrap_or_default();
        file.names.insert(called, path);
        return;
    }
    path.push(name.to_owned());
    file.names.insert(called.to_owned(), path);
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            flatten(&item.tree, &mut Vec::new(), self);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.paths.insert(segments.collect());
        visit::visit_path(self, path);
    }
}
