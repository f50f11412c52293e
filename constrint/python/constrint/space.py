"""Space: every valid configuration of a set of parameters, in one compact exact form."""
from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import operator
import os
import secrets
import weakref
from array import array
from collections.abc import Sequence as AbstractSequence
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union, overload

from . import _library as lib
from . import _neighbours
from ._library import check, library
from ._parameters import Parameter, from_labels, parameters
from ._restrictions import DIALECT, SOURCE, document, native, readable, refuse_opaque, strings
from ._saved import SUFFIX, dump, load
from ._walk import Walk

Config = Tuple[Any, ...]
CHUNK = 1 << 16  # configurations fetched at a time
SAMPLING = {"independent": 0, "distinct": 1, "stratified": 2, "spread": 3}
NEIGHBOURHOODS = {"Hamming": 0, "adjacent": 1, "strictly-adjacent": 3}
WITHIN = 2  # "Hamming" with k > 1


class Space(AbstractSequence):  # type: ignore[type-arg]
    """All valid configurations: tuples of parameter values, in the order of ``params``.

    ``params`` maps names to lists of values: whole numbers, floats, truth values, strings, or a mixture.
    ``restrictions`` are Python expressions over the names, in strings, all of which must hold; they mean what Python
    says, with exact numbers (0.1 is one tenth), and one whose evaluation is an exception, such as a division by 0,
    does not hold. Callables are refused with a TypeError.

    ``order`` says in which order configurations are numbered and iterated: None lets the library choose the order of
    the parameters that gives the smallest form, ``"declared"`` is that of ``params``, and a list of names (or a string
    of them) is taken as it stands, the other parameters following. ``time_limit`` is in seconds, ``memory_limit`` in
    bytes; past them the constructor raises TimeoutError or MemoryError.

    A Space never changes, and any number of threads may use one.
    """

    def __init__(self, params: Mapping[str, Iterable[Any]], restrictions: Union[None, str, Sequence[str]] = None,
                 order: Union[None, str, Sequence[str]] = None, time_limit: Optional[float] = None,
                 memory_limit: Optional[int] = None):
        declared, texts = parameters(params), strings(restrictions)
        refuse_opaque(declared, texts)
        self._build(_read(declared, texts), order, time_limit, memory_limit)
        self._look(declared, texts)

    def _build(self, model: ctypes.c_void_p, order: Union[None, str, Sequence[str]], time_limit: Optional[float],
               memory_limit: Optional[int]) -> None:
        """The form of a model, which is freed."""
        try:
            handle = ctypes.c_void_p()
            with lib.limited(time_limit, memory_limit, _order(order)) as options:
                status = library.ci_space_build(ctypes.byref(handle), model, ctypes.byref(options))
                self._own(handle)
            check(status)
        finally:
            library.ci_model_free(model)

    # ---- Making one in other ways ----

    @classmethod
    def read(cls, text: str, data: Optional[Mapping[str, Any]] = None, let: Optional[Mapping[str, int]] = None,
             order: Union[None, str, Sequence[str]] = None, time_limit: Optional[float] = None,
             memory_limit: Optional[int] = None) -> "Space":
        """The space of a model in ConstrINT's own language; its variables are the parameters, whole numbers.

        ``data`` gives the model's ``param`` their values, as a file of ``--data`` does: numbers, truth values and nested
        lists by name; ``let`` gives numbers, and goes before it. An objective has no say in what is a configuration.
        """
        model = _read_native(text, {} if data is None else data, {} if let is None else let)
        space = cls.__new__(cls)
        space._build(model, order, time_limit, memory_limit)
        space._look(None, None)
        return space

    @classmethod
    def open(cls, path: Union[str, "os.PathLike[str]"]) -> "Space":
        """Map a file that save() or the ``constrint`` command has written.

        The Python values are read from the file beside it (``path + ".params"``). Without that one, whole numbers are
        themselves and other values what their labels say: numbers if all of a parameter's are, else strings.
        """
        handle = ctypes.c_void_p()
        check(library.ci_space_open(ctypes.byref(handle), os.fsencode(path)))
        space = cls.__new__(cls)
        space._own(handle)
        try:
            with open(os.fspath(path) + SUFFIX, encoding="utf-8") as file:
                space._look(*load(file.read(), os.fspath(path) + SUFFIX))
        except FileNotFoundError:
            space._look(None, None)
        return space

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Write the form to a file, and the Python values and restrictions to ``path + ".params"``."""
        text = dump(self._parameters, self._restrictions)
        check(library.ci_space_save(self._handle, os.fsencode(path)))
        target = os.fspath(path) + SUFFIX
        temporary = f"{target}.{secrets.token_hex(8)}"
        try:
            with open(temporary, "x", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, target)
        except BaseException:
            if os.path.exists(temporary):
                os.unlink(temporary)
            raise

    def restrict(self, conditions: Union[str, Sequence[str]], time_limit: Optional[float] = None,
                 memory_limit: Optional[int] = None) -> "Space":
        """The configurations that satisfy further restrictions as well, as a new Space.

        Worked out on the form itself where the library can; else the new space is built from the beginning.
        """
        texts = strings(conditions)
        refuse_opaque(self._parameters, texts)
        text = native(self._parameters, self.values, texts)
        if text is None:
            return self._rebuild(texts, time_limit, memory_limit)
        library.ci_model_free(_read(self._parameters, texts))  # whatever is wrong is told in the user's terms
        if not texts:
            return self
        space, handle = Space.__new__(Space), ctypes.c_void_p()
        with lib.limited(time_limit, memory_limit, None) as options:
            status = library.ci_space_restrict(ctypes.byref(handle), self._handle, text.encode(), ctypes.byref(options))
            space._own(handle)
        check(status)
        space._look(self._parameters, None if self._restrictions is None else self._restrictions + texts)
        return space

    def _rebuild(self, texts: List[str], time_limit: Optional[float], memory_limit: Optional[int]) -> "Space":
        if self._restrictions is None:
            raise ValueError(f"{texts} cannot be worked out on the form, and the restrictions that it was built from are "
                             "not known: build a Space from the parameters and all restrictions")
        params = {p.name: p.values for p in self._parameters}
        return Space(params, self._restrictions + texts, self.order, time_limit, memory_limit)

    def _own(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle
        if handle:
            weakref.finalize(self, library.ci_space_free, ctypes.c_void_p(handle.value))

    def _look(self, declared: Optional[List[Parameter]], texts: Optional[List[str]]) -> None:
        """Everything about the form that is asked for again and again."""
        names = [library.ci_space_var_name(self._handle, v).decode() for v in range(library.ci_space_vars(self._handle))]
        self._codes = [self._occurring(v) for v in range(len(names))]
        if declared is None:
            declared = [from_labels(n, self._codes[v], self._labels(v)) for v, n in enumerate(names)]
        if [p.name for p in declared] != names or any(set(c) - p.object_of.keys() for c, p in zip(self._codes, declared)):
            raise ValueError(f"the parameters are not those of the form ({', '.join(names)})")
        self._parameters, self._restrictions, self._names = declared, texts, names
        self._index_of = {name: v for v, name in enumerate(names)}
        self._values = [[p.object_of[c] for c in codes] for p, codes in zip(declared, self._codes)]
        self._places = [dict(zip(p.object_of, itertools.count())) for p in declared]
        self._size = lib.decimal(library.ci_space_size, self._handle)

    def _occurring(self, v: int) -> List[int]:
        values = ctypes.POINTER(ctypes.c_int64)()
        n = library.ci_space_values(self._handle, v, ctypes.byref(values))
        return values[:n] if n else []

    def _labels(self, v: int) -> List[Optional[str]]:
        labels = [library.ci_space_label(self._handle, v, code) for code in self._codes[v]]
        return [None if label is None else label.decode() for label in labels]

    def __reduce__(self) -> Tuple[Any, ...]:
        if self._restrictions is None:
            raise TypeError("the restrictions of a Space that was opened without its parameters are not known: it "
                            "cannot be pickled")
        return Space, ({p.name: p.values for p in self._parameters}, self._restrictions, self.order)

    def __copy__(self) -> "Space":
        return self

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Space":
        return self

    # ---- What it is ----

    @property
    def size(self) -> int:
        """The number of configurations, exactly, however large."""
        return self._size

    @property
    def names(self) -> List[str]:
        """The parameters, in the order of the values in a configuration."""
        return list(self._names)

    @property
    def params(self) -> Dict[str, List[Any]]:
        """The parameters and the values that were given for them."""
        return {p.name: list(p.values) for p in self._parameters}

    @property
    def restrictions(self) -> Optional[List[str]]:
        """As given; None if a file did not say."""
        return None if self._restrictions is None else list(self._restrictions)

    @property
    def order(self) -> List[str]:
        """The parameters in the order in which configurations are numbered: the last one changes fastest."""
        order = library.ci_space_order(self._handle)
        return [self._names[v] for v in order[:len(self._names)]] if self._names else []

    @property
    def parts(self) -> List[List[str]]:
        """The parameters that depend on each other, part by part; those with one value are in none."""
        groups: Dict[int, List[str]] = {}
        for v, name in enumerate(self._names):
            groups.setdefault(library.ci_space_part(self._handle, v), []).append(name)
        return [groups[part] for part in sorted(groups) if part >= 0]

    @property
    def info(self) -> Dict[str, Any]:
        """Parts, levels, nodes, edges and bytes of the form; the peak of memory and the seconds of its making."""
        told = lib.Info()
        library.ci_space_info_of(self._handle, ctypes.byref(told))
        return {field[0]: getattr(told, field[0]) for field in lib.Info._fields_}

    def __repr__(self) -> str:
        return f"<Space of {self._size} configurations of {len(self._names)} parameters>"

    def __len__(self) -> int:
        try:
            return operator.index(range(self._size).__len__())
        except OverflowError:
            raise OverflowError(f"{self._size} configurations are too many for len(): use .size") from None

    def __bool__(self) -> bool:
        return self._size > 0

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    # ---- Values ----

    def _variable(self, name: str) -> int:
        if name not in self._index_of:
            raise KeyError(f"there is no parameter {name!r} ({', '.join(self._names)})")
        return self._index_of[name]

    def values(self, name: str) -> List[Any]:
        """The values of a parameter that occur in some configuration, in the order given."""
        return list(self._values[self._variable(name)])

    def ranges(self) -> Dict[str, Tuple[Any, Any]]:
        """The smallest and the largest value that occur of each parameter; the first and the last one given where
        they are no numbers. Empty for an empty space."""
        pairs = {}
        for p, values in zip(self._parameters, self._values):
            if values:
                numeric = p.kind in ("int", "float")
                pairs[p.name] = (min(values), max(values)) if numeric else (values[0], values[-1])
        return pairs

    def marginals(self, name: str) -> Dict[Any, int]:
        """In how many configurations each value of a parameter occurs; those that occur nowhere are left out."""
        v = self._variable(name)
        counts = (ctypes.c_void_p * max(len(self._values[v]), 1))()
        check(library.ci_space_marginals(self._handle, v, counts))
        return {value: lib.taken(text) for value, text in zip(self._values[v], counts)}

    # ---- Between configurations and the library's numbers ----

    def _tuple(self, config: Union[Config, Mapping[str, Any]]) -> Config:
        if isinstance(config, Mapping):
            if config.keys() != self._index_of.keys():
                raise ValueError(f"a configuration has the parameters {', '.join(self._names)}, not {', '.join(map(str, config))}")
            return tuple(config[name] for name in self._names)
        if isinstance(config, str) or not hasattr(config, "__iter__"):
            raise ValueError(f"a configuration is a tuple of {len(self._names)} values, or a dict, not {config!r}")
        values = tuple(config)
        if len(values) != len(self._names):
            raise ValueError(f"a configuration has {len(self._names)} values, not {len(values)}")
        return values

    def _encode(self, config: Union[Config, Mapping[str, Any]]) -> Tuple[int, ...]:
        """The codes of a configuration whose values are all in the parameters' lists."""
        codes = []
        for p, value in zip(self._parameters, self._tuple(config)):
            code = p.code(value)
            if code is None:
                raise ValueError(f"{value!r} is no value of {p.name!r}")
            codes.append(code)
        return tuple(codes)

    def _objects(self, codes: Sequence[int]) -> Config:
        return tuple(p.object_of[code] for p, code in zip(self._parameters, codes))

    def _int64(self, codes: Sequence[int]) -> Any:
        return (ctypes.c_int64 * max(len(self._names), 1))(*codes)

    def _has(self, codes: Sequence[int]) -> bool:
        return bool(library.ci_space_has(self._handle, self._int64(codes)))

    def _tuples(self, rows: Sequence[int], n: int) -> List[Config]:
        """n configurations from the library's numbers, row by row."""
        width = len(self._names)
        columns = [map(p.object_of.__getitem__, rows[v:n * width:width]) for v, p in enumerate(self._parameters)]
        return list(zip(*columns)) if width else [()] * n

    # ---- Index and rank ----

    @overload
    def __getitem__(self, index: int) -> Config: ...
    @overload
    def __getitem__(self, index: slice) -> List[Config]: ...

    def __getitem__(self, index: Any) -> Any:
        """The i-th configuration, negative i from the end; a list of them for a slice."""
        if isinstance(index, slice):
            chosen = range(*index.indices(self._size))
            if chosen.step == 1:
                return self._rows(chosen.start, chosen.stop - chosen.start) if chosen else []
            return [self._at(i) for i in chosen]
        i = operator.index(index)
        if not -self._size <= i < self._size:
            raise IndexError(f"index {i} is beyond the {self._size} configurations")
        return self._at(i % self._size)

    def _at(self, i: int) -> Config:
        values = self._int64(())
        if i < 2**64:
            check(library.ci_space_at(self._handle, i, values))
        else:
            check(library.ci_space_at_decimal(self._handle, str(i).encode(), values))
        return self._objects(values[:len(self._names)])

    def _rank(self, codes: Sequence[int]) -> Optional[int]:
        answer, values = ctypes.c_int(), self._int64(codes)
        if self._size <= 2**64:
            index = ctypes.c_uint64()
            check(library.ci_space_rank(self._handle, values, ctypes.byref(index), ctypes.byref(answer)))
            return index.value if answer.value else None
        text = ctypes.c_void_p()
        check(library.ci_space_rank_decimal(self._handle, values, ctypes.byref(text), ctypes.byref(answer)))
        return lib.taken(text.value) if answer.value else None

    def index(self, config: Union[Config, Mapping[str, Any]], start: int = 0, stop: Optional[int] = None) -> int:
        """The number of a configuration: ``space[space.index(c)] == c``; ValueError if it is none of the space."""
        found = self._rank(self._encode(config))
        first, last, _ = slice(start, stop).indices(self._size)
        if found is None or not first <= found < last:
            raise ValueError(f"{config!r} is not in the space")
        return found

    def __contains__(self, config: object) -> bool:
        try:
            return self._has(self._encode(config))  # type: ignore[arg-type]
        except ValueError:
            return False

    def count(self, config: object) -> int:
        """1 for a configuration of the space, else 0."""
        return int(config in self)

    # ---- All of them ----

    def __iter__(self) -> Iterator[Config]:
        chunks = (self._zipped(first, min(CHUNK, self._size - first)) for first in range(0, self._size, CHUNK))
        return itertools.chain.from_iterable(chunks)

    def ordered(self, order: Union[str, Sequence[str]]) -> Iterator[Config]:
        """The configurations in another order of the parameters (as in Space(order=...)), one by one."""
        return Walk(self, _order(order))

    def _fetch(self, first: int, n: int, addresses: Sequence[Optional[int]], width: int, positions: bool) -> None:
        """Configurations first, ... of them into columns; None: not wanted."""
        given = ctypes.c_uint64()
        columns = (ctypes.c_void_p * max(len(addresses), 1))(*addresses)
        check(library.ci_space_columns(self._handle, first, n, width, positions, columns, ctypes.byref(given)))
        if given.value != n:
            raise RuntimeError(f"{given.value} of {n} configurations were given")

    def _rows(self, first: int, n: int) -> List[Config]:
        return list(self._zipped(first, n))

    def _zipped(self, first: int, n: int) -> Iterable[Config]:
        """Configurations first, ... of them, as tuples."""
        if first + n > 2**64:
            return map(self._at, range(first, first + n))
        if not self._names or not n:
            return [()] * n
        most = max(map(len, self._values))
        width, kind = (1, "b") if most <= 2**7 else (2, "h") if most <= 2**15 else (4, "i")
        fetched = [array(kind, bytes(width * n)) if len(values) > 1 else None for values in self._values]
        self._fetch(first, n, [a.buffer_info()[0] if a is not None else None for a in fetched], width, True)
        return zip(*(itertools.repeat(values[0], n) if a is None else map(values.__getitem__, a)
                     for a, values in zip(fetched, self._values)))

    def columns(self, start: int = 0, stop: Optional[int] = None) -> Dict[str, Any]:
        """Configurations start, ..., stop - 1 as one column a parameter: NumPy arrays (int64, float64, bool, strings,
        or objects for mixed values). Without NumPy: array.array for numbers, lists for the rest."""
        first, last, _ = slice(start, stop).indices(self._size)
        n = max(last - first, 0)
        try:
            import numpy
        except ImportError:
            return self._plain_columns(first, n)
        if all(p.kind == "int" for p in self._parameters):
            return dict(zip(self._names, self._whole_columns(numpy, first, n)))
        tables = []
        for p, values in zip(self._parameters, self._values):
            dtype = {"int": numpy.int64, "float": numpy.float64, "bool": numpy.bool_, "string": None}.get(p.kind, object)
            tables.append(_lookup(numpy, values, dtype))
        return dict(zip(self._names, self._taken(numpy, tables, first, n)))

    def _plain_columns(self, first: int, n: int) -> Dict[str, Any]:
        rows = list(zip(*self._rows(first, n))) or [()] * len(self._names)
        kinds = {"int": "q", "float": "d"}
        return {p.name: array(kinds[p.kind], map(int if p.kind == "int" else float, column)) if p.kind in kinds else list(column)
                for p, column in zip(self._parameters, rows)}

    def _whole_columns(self, numpy: Any, first: int, n: int) -> List[Any]:
        """Where the library's numbers are the values."""
        _reachable(first, n)
        columns = [numpy.empty(n, dtype=numpy.int64) for _ in self._names]
        for done in range(0, n, CHUNK):
            addresses = [column.ctypes.data + 8 * done for column in columns]
            self._fetch(first + done, min(CHUNK, n - done), addresses, 8, False)
        return columns

    def _taken(self, numpy: Any, tables: Sequence[Any], first: int, n: int) -> List[Any]:
        """Columns of tables[v][position of parameter v's value], as NumPy arrays."""
        _reachable(first, n)
        columns = [numpy.empty(n, dtype=table.dtype) for table in tables]
        most = max(map(len, tables), default=0)
        kind = numpy.int8 if most <= 2**7 else numpy.int16 if most <= 2**15 else numpy.int32
        fetched = [numpy.empty(min(n, CHUNK), dtype=kind) for _ in tables]
        addresses = [f.ctypes.data for f in fetched]
        for done in range(0, n, CHUNK):
            some = min(CHUNK, n - done)
            self._fetch(first + done, some, addresses, numpy.dtype(kind).itemsize, True)
            for column, table, f in zip(columns, tables, fetched):
                numpy.take(table, f[:some], out=column[done:done + some], mode="clip")
        return columns

    # ---- Samples and neighbours ----

    def sample(self, n: int, seed: Optional[int] = None, method: str = "distinct",
               time_limit: Optional[float] = None) -> List[Config]:
        """n configurations at random, the same for the same seed; without a seed, others each time.

        "distinct": exactly uniform, none twice; "independent": exactly uniform, with repetition; "stratified": one,
        uniform, from each of n equal ranges of numbers; "spread": distinct, each parameter's values as evenly used as the
        space allows (as a Latin hypercube). Fewer than n only if the space has fewer. Past ``time_limit``, in seconds,
        it raises TimeoutError.
        """
        if method not in SAMPLING:
            raise ValueError(f"the sampling method {method!r} is not known ({', '.join(SAMPLING)} are)")
        n = operator.index(n)
        if n < 0:
            raise ValueError(f"a sample of {n} configurations cannot be drawn")
        if method != "independent":
            n = min(n, self._size)
        rows = array("q", bytes(8 * n * len(self._names)))
        given = ctypes.c_size_t()
        seed = secrets.randbits(64) if seed is None else operator.index(seed) % 2**64
        with _watched(n, time_limit) as limits:
            status = library.ci_space_sample_within(self._handle, SAMPLING[method], seed, n, limits, rows.buffer_info()[0],
                                                    ctypes.byref(given))
        check(status)
        return self._tuples(rows, given.value)

    def neighbours(self, config: Union[Config, Mapping[str, Any]], method: str = "Hamming", k: int = 1) -> List[Config]:
        """The configurations of the space near one, which need not be in the space itself.

        "Hamming": 1 to k parameters changed, to any value. "adjacent": every parameter stays or moves to the next value
        that occurs in the space, before or after it. "strictly-adjacent": the same with the next value that was given, occur
        or not. "Hamming-adjacent": one parameter changed, to the nearest possible value on either side.
        "closest-param-indices": those whose places in the lists of values differ least in sum.
        """
        if operator.index(k) < 1 or (k > 1 and method != "Hamming"):
            raise ValueError(f"k counts the parameters that change under 'Hamming', 1 or more; {k} is none for {method!r}")
        codes = self._encode(config)
        if method in NEIGHBOURHOODS:
            return self._tuples(*self._near_rows(codes, method, k))
        if method not in _neighbours.METHODS:
            known = ", ".join([*NEIGHBOURHOODS, *_neighbours.METHODS])
            raise ValueError(f"the neighbour method {method!r} is not known ({known} are)")
        return [self._objects(near) for near in _neighbours.METHODS[method](self, codes)]

    neighbors = neighbours

    def _near_rows(self, codes: Sequence[int], method: str, k: int) -> Tuple[List[int], int]:
        """The library's numbers of the neighbours, row by row, and how many rows."""
        kind = NEIGHBOURHOODS[method] if k == 1 else WITHIN
        if not self._size:
            return [], 0
        rows, n, values = ctypes.c_void_p(), ctypes.c_size_t(), self._int64(codes)
        check(library.ci_space_neighbours(self._handle, values, kind, k, 0, ctypes.byref(rows), ctypes.byref(n)))
        try:
            numbers = ctypes.cast(rows, ctypes.POINTER(ctypes.c_int64))
            return numbers[:n.value * len(self._names)] if n.value else [], n.value
        finally:
            lib.release(rows)

    def _near(self, codes: Sequence[int], method: str, k: int) -> List[Tuple[int, ...]]:
        flat, n = self._near_rows(codes, method, k)
        width = len(self._names)
        return [tuple(flat[i * width:(i + 1) * width]) for i in range(n)]


def count(params: Mapping[str, Iterable[Any]], restrictions: Union[None, str, Sequence[str]] = None,
          time_limit: Optional[float] = None, memory_limit: Optional[int] = None) -> int:
    """How many configurations there are: Space(params, restrictions).size without making the Space, sooner and in less
    memory."""
    declared, texts = parameters(params), strings(restrictions)
    refuse_opaque(declared, texts)
    model = _read(declared, texts)
    try:
        text = ctypes.c_void_p()
        with lib.limited(time_limit, memory_limit, None) as options:
            status = library.ci_space_count(model, ctypes.byref(options), ctypes.byref(text))
        check(status)
        return lib.taken(text.value)
    finally:
        library.ci_model_free(model)


# ---- Helpers ----

@contextlib.contextmanager
def _watched(n: int, time_limit: Optional[float]) -> Iterator[Any]:
    """Limits of a sample, and Ctrl-C; a small one needs neither."""
    if n < CHUNK and time_limit is None:
        yield None
        return
    with lib.limited(time_limit, None, None) as options:
        yield ctypes.byref(options.limits)


def _read_native(text: str, data: Mapping[str, Any], let: Mapping[str, int]) -> ctypes.c_void_p:
    model, source, values = ctypes.c_void_p(), text.encode(), json.dumps(dict(data)).encode()
    for name, value in let.items():
        if not -2**63 <= operator.index(value) < 2**63:
            raise OverflowError(f"{name} = {value} does not fit 64 bits")
    lets = (lib.Let * max(len(let), 1))(*(lib.Let(name.encode(), operator.index(value)) for name, value in let.items()))
    check(library.ci_read_data(ctypes.byref(model), lib.Text(source, len(source), b"<model>"),
                               lib.Text(values, len(values), b"<data>"), lets, len(let)))
    return model


def _read(declared: List[Parameter], texts: List[str]) -> ctypes.c_void_p:
    model, text = ctypes.c_void_p(), document(declared, texts)
    status = library.ci_read(ctypes.byref(model), DIALECT.encode(), text, len(text), SOURCE.encode(), None, 0)
    if status < 0:
        raise lib.EXCEPTIONS.get(status, RuntimeError)(readable(lib.message(), len(texts)))
    return model


def _reachable(first: int, n: int) -> None:
    if first + n > 2**64:
        raise OverflowError("columns reach up to configuration 2**64")


def _order(order: Union[None, str, Sequence[str]]) -> Optional[str]:
    return order if order is None or isinstance(order, str) else " ".join(order)


def _lookup(numpy: Any, values: Sequence[Any], dtype: Any) -> Any:
    if dtype is not object:
        return numpy.array(values, dtype=dtype if values or dtype else "U1")
    table = numpy.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        table[i] = value
    return table
