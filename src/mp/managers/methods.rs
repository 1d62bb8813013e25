//! The methods of the classes a manager's server holds, one table a class.
//!
//! A row is the operation its event names, a method's name, its arguments and what it returns. Three
//! files make of each row what they need, by a macro that is given the table: `request` the request
//! and what the event tells of the arguments, the proxy its method, `referent` the server's call of
//! the method on its own object. A row without a method there does not compile, nor does an argument
//! whose name has no rule in `request`.

macro_rules! dict_methods {
    ($make:ident) => {
        $make! {
            Dict DictCall;
            /// `d[key] = value`.
            DictSet = set(key, value) -> ();
            /// `d[key]`; `KeyError` where there is no such key.
            DictGet = get(key) -> Object;
            /// `d.get(key, default)`.
            DictGet = get_or(key, default) -> Object;
            /// `del d[key]`; `KeyError` where there is no such key.
            DictDel = del(key) -> ();
            /// `d.pop(key)`; `KeyError` where there is no such key.
            DictPop = pop(key) -> Object;
            /// `d.pop(key, default)`.
            DictPop = pop_or(key, default) -> Object;
            /// `d.popitem()`: the pair inserted last; `KeyError` where there is none.
            DictPop = popitem() -> Object;
            /// `d.setdefault(key, value)`.
            DictSetDefault = setdefault(key, value) -> Object;
            /// `d.update(pairs)`: a dict, pairs, or a proxy of a dict; `TypeError`, `ValueError` for what is
            /// none of them.
            DictUpdate = update(pairs) -> ();
            /// `d.clear()`.
            DictClear = clear() -> ();
            /// `len(d)`.
            DictLen = len() -> usize;
            /// `key in d`.
            DictContains = contains(key) -> bool;
            /// `d.keys()`: a list.
            DictKeys = keys() -> Object;
            /// `d.values()`: a list.
            DictValues = values() -> Object;
            /// `d.items()`: a list of pairs.
            DictItems = items() -> Object;
            /// `d.copy()`: a plain dict.
            DictCopy = copy() -> Object;
        }
    };
}

macro_rules! list_methods {
    ($make:ident) => {
        $make! {
            List ListCall;
            /// `l.append(value)`.
            ListAppend = append(value) -> ();
            /// `l.extend(values)`: anything to iterate over, a proxy of a list too; `TypeError` for what is
            /// not.
            ListExtend = extend(values) -> ();
            /// `l.insert(index, value)`.
            ListInsert = insert(index, value) -> ();
            /// `l[index]`.
            ListGet = get(index) -> Object;
            /// `l[index] = value`.
            ListSet = set(index, value) -> ();
            /// `del l[index]`.
            ListDel = del(index) -> ();
            /// `l[start:end]`: a plain list; `None` is the list's own end.
            ListItems = between(start, end) -> Object;
            /// `l[:]`: a plain list.
            ListItems = items() -> Object;
            /// `l.pop()`: the last element; `IndexError` for an empty list.
            ListPop = pop() -> Object;
            /// `l.pop(index)`.
            ListPop = pop_at(index) -> Object;
            /// `l.remove(value)`: the first that is equal; `ValueError` where there is none.
            ListRemove = remove(value) -> ();
            /// `l.index(value)`; `ValueError` where there is none.
            ListIndex = index(value) -> usize;
            /// `l.count(value)`.
            ListCount = count(value) -> usize;
            /// `len(l)`.
            ListLen = len() -> usize;
            /// `value in l`.
            ListContains = contains(value) -> bool;
            /// `l.reverse()`.
            ListReverse = reverse() -> ();
            /// `l.sort()`; `TypeError` where two elements have no order.
            ListSort = sort() -> ();
            /// `l.sort(reverse=True)`.
            ListSort = sort_reversed() -> ();
            /// `l.clear()`, which CPython's proxy has from 3.14 on; before that it is an `AttributeError`.
            ListClear = clear() -> ();
        }
    };
}

macro_rules! namespace_methods {
    ($make:ident) => {
        $make! {
            Namespace NamespaceCall;
            /// `n.name`; `AttributeError` where there is none.
            NamespaceGet = get(name) -> Object;
            /// `n.name = value`.
            NamespaceSet = set(name, value) -> ();
            /// `del n.name`; `AttributeError` where there is none.
            NamespaceDel = del(name) -> ();
        }
    };
}

pub(super) use {dict_methods, list_methods, namespace_methods};
