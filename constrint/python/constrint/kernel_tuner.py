"""Kernel Tuner's Searchspace interface over a Space.

The methods that Kernel Tuner's strategies call, with its names and meanings.
`list` is the Space itself: a sequence that is never written out. The order of
configurations is that of the parameters as declared. Restrictions are strings:
callables and python-constraint objects are refused with a TypeError. Not here:
tensors, caches (`from_cache`), other frameworks and partial neighbours.
"""
from __future__ import annotations

import random
from collections.abc import Mapping as AbstractMapping
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union
from warnings import warn

from ._restrictions import strings
from .space import Config, Space

supported_neighbor_methods = ["strictly-adjacent", "adjacent", "Hamming", "Hamming-adjacent", "closest-param-indices"]
default_block_size_names = ["block_size_x", "block_size_y", "block_size_z"]


class _Indices(AbstractMapping):  # type: ignore[type-arg]
    """Configuration: index, in the order of the indices."""

    def __init__(self, space: Space):
        self._space = space

    def __getitem__(self, config: Config) -> int:
        try:
            return self._space.index(config)
        except ValueError:
            raise KeyError(config) from None

    def __iter__(self) -> Iterator[Config]:
        return iter(self._space)

    def __len__(self) -> int:
        return len(self._space)


class Searchspace:
    """The valid configurations of tunable parameters, as Kernel Tuner's strategies use them."""

    def __init__(self, tune_params: Dict[str, Sequence[Any]], restrictions: Union[None, str, Sequence[str]], max_threads: int,
                 block_size_names: Sequence[str] = default_block_size_names, neighbor_method: Optional[str] = None,
                 build_neighbors_index: bool = False):
        """block_size_names: the product of those among the parameters is at most max_threads. build_neighbors_index
        is taken and changes nothing: neighbours are found without an index."""
        if (neighbor_method is not None or build_neighbors_index) and neighbor_method not in supported_neighbor_methods:
            raise ValueError(f"Neighbor method is {neighbor_method}, must be one of {supported_neighbor_methods}")
        self.tune_params, self.max_threads = tune_params, max_threads
        self.block_size_names, self.neighbor_method = block_size_names, neighbor_method
        self.restrictions = strings(restrictions)
        used = [name for name in block_size_names if name in tune_params]
        threads = [f"{' * '.join(used)} <= {max_threads}"] if used else []
        self._modified_restrictions = self.restrictions + [t for t in threads if t not in self.restrictions]
        self.space = Space(tune_params, self._modified_restrictions, "declared")
        self.list, self.size = self.space, self.space.size
        self.param_names, self.num_params = self.space.names, len(self.space.names)
        self.params_values = tuple(tuple(values) for values in self.space.params.values())
        kinds = [all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values) for values in self.params_values]
        self.tune_param_is_numeric = dict(zip(self.param_names, kinds))
        self._neighbors: Dict[Tuple[str, Config], List[Config]] = {}

    @property
    def indices(self) -> range:
        return range(self.size)

    @property
    def tune_param_is_numeric_mask(self) -> List[bool]:
        return list(self.tune_param_is_numeric.values())

    # ---- Configurations and indices ----

    def get_list_dict(self) -> Mapping[Config, int]:
        return _Indices(self.space)

    def is_param_config_valid(self, param_config: Config) -> bool:
        return param_config in self.space

    def get_param_config_index(self, param_config: Config) -> Optional[int]:
        """The index of a configuration, or None."""
        return self.get_list_dict().get(param_config)

    def get_param_configs_at_indices(self, indices: Iterable[int]) -> List[Config]:
        return [self.space[int(i)] for i in indices]

    def get_param_indices(self, param_config: Config) -> Tuple[int, ...]:
        """The place of each value in its parameter's list."""
        return tuple(self.space._places[v][code] for v, code in enumerate(self.space._encode(param_config)))

    def get_param_config_from_param_indices(self, param_indices: Sequence[int]) -> Config:
        return tuple(values[int(i)] for values, i in zip(self.params_values, param_indices))

    def sorted_list(self, sort_last_param_first: bool = False) -> List[Config]:
        """All of them, sorted by the places of the values, from the first parameter or from the last."""
        return list(self.space.ordered(self.param_names[::-1])) if sort_last_param_first else list(self.space)

    def get_true_tunable_params(self) -> Dict[str, Sequence[Any]]:
        """The parameters that have more than one value in the space."""
        return {name: values for name, values in self.tune_params.items() if len(self.space.values(name)) > 1}

    # ---- As arrays ----

    def get_list_param_indices_numpy(self) -> Any:
        """The places of all values, a row a configuration."""
        import numpy
        tables = [numpy.array([places[code] for code in codes], dtype=numpy.int32)
                  for places, codes in zip(self.space._places, self.space._codes)]
        return numpy.column_stack(self.space._taken(numpy, tables, 0, self.size))

    def get_list_numpy(self) -> Any:
        """All configurations as a structured array."""
        import numpy
        types = [(name, numpy.array(values).dtype) for name, values in zip(self.param_names, self.params_values)]
        made = numpy.empty(self.size, dtype=types)
        for name, column in self.space.columns().items():
            made[name] = column
        return made

    def get_list_numpy_numeric(self) -> Any:
        """A row a configuration: numbers as they are, of other values the place."""
        import numpy
        indices, columns = self.get_list_param_indices_numpy(), self.space.columns()
        return numpy.column_stack([columns[name] if numeric else indices[:, v]
                                   for v, (name, numeric) in enumerate(self.tune_param_is_numeric.items())])

    def get_param_config_from_numeric(self, param_config: Sequence[Any]) -> Config:
        given = param_config.tolist() if hasattr(param_config, "tolist") else param_config
        return tuple(value if numeric else values[int(value)]
                     for value, numeric, values in zip(given, self.tune_param_is_numeric_mask, self.params_values))

    def _occurring_places(self) -> List[List[int]]:
        return [[places[code] for code in codes] for places, codes in zip(self.space._places, self.space._codes)]

    def get_param_indices_lower_bounds(self) -> Any:
        import numpy
        return numpy.array([min(places) for places in self._occurring_places()])

    def get_param_indices_upper_bounds(self) -> Any:
        import numpy
        return numpy.array([max(places) for places in self._occurring_places()])

    # ---- Samples ----

    def get_random_sample_indices(self, num_samples: int) -> Any:
        import numpy
        if num_samples > self.size:
            raise ValueError(f"The number of samples requested ({num_samples}) is greater than the searchspace size ({self.size})")
        indices = [self.space.index(c) for c in self._sample(num_samples, "distinct")]
        return numpy.array(indices, dtype=object if self.size > 2**63 else int)

    def get_random_sample(self, num_samples: int) -> List[Config]:
        return self._sample(self._at_most(num_samples, self.size), "distinct")

    def get_LHS_sample(self, num_samples: int) -> List[Config]:
        """Each parameter's values used as evenly as the space allows."""
        return self._sample(self._at_most(num_samples, round(self.size / 2)), "spread")

    def get_LHS_sample_indices(self, num_samples: int) -> List[int]:
        return [self.space.index(c) for c in self.get_LHS_sample(num_samples)]

    def get_distributed_random_sample(self, num_samples: int, sampling_factor: int = 10) -> List[Config]:
        """As get_LHS_sample; sampling_factor changes nothing."""
        return self.get_LHS_sample(num_samples)

    def get_distributed_random_sample_indices(self, num_samples: int, sampling_factor: int = 10) -> List[int]:
        return self.get_LHS_sample_indices(num_samples)

    def _at_most(self, num_samples: int, instead: int) -> int:
        if num_samples <= self.size:
            return num_samples
        warn(f"Too many samples requested ({num_samples}), reducing the number of samples to {instead} of {self.size}", stacklevel=3)
        return instead

    def _sample(self, n: int, method: str) -> List[Config]:
        return self.space.sample(n, random.getrandbits(64), method)

    # ---- Neighbours ----

    def _method(self, neighbor_method: Optional[str]) -> str:
        method = neighbor_method if neighbor_method is not None else self.neighbor_method
        if method is None:
            raise ValueError("Neither the neighbor_method argument nor self.neighbor_method was set")
        return method

    def get_neighbors_no_cache(self, param_config: Config, neighbor_method: Optional[str] = None) -> List[Config]:
        return self.space.neighbours(param_config, self._method(neighbor_method))

    def get_neighbors(self, param_config: Config, neighbor_method: Optional[str] = None,
                      build_full_cache: bool = False) -> List[Config]:
        key = (self._method(neighbor_method), tuple(param_config))
        if key not in self._neighbors:
            self._neighbors[key] = self.get_neighbors_no_cache(param_config, key[0])
        return self._neighbors[key]

    def get_neighbors_indices_no_cache(self, param_config: Config, neighbor_method: Optional[str] = None,
                                       build_full_cache: bool = False) -> List[int]:
        return [self.space.index(c) for c in self.get_neighbors_no_cache(param_config, neighbor_method)]

    def get_neighbors_indices(self, param_config: Config, neighbor_method: Optional[str] = None,
                              build_full_cache: bool = False) -> List[int]:
        return [self.space.index(c) for c in self.get_neighbors(param_config, neighbor_method)]

    def are_neighbors_indices_cached(self, param_config: Config, neighbor_method: Optional[str] = None) -> bool:
        return (self._method(neighbor_method), tuple(param_config)) in self._neighbors

    def get_random_neighbor(self, param_config: Config, neighbor_method: Optional[str] = None,
                            use_partial_cache: bool = True) -> Optional[Config]:
        """One of the neighbours, uniformly; None if there are none."""
        neighbors = self.get_neighbors(param_config, neighbor_method)
        return random.choice(neighbors) if neighbors else None

    def get_param_neighbors(self, param_config: Config, index: int, neighbor_method: str, randomize: bool) -> List[Any]:
        """The values that one parameter takes in the neighbours, its own left out."""
        neighbors = self.get_neighbors(param_config, neighbor_method)
        values = list(dict.fromkeys(n[index] for n in neighbors if n[index] != param_config[index]))
        if randomize:
            random.shuffle(values)
        return values

    def order_param_configs(self, param_configs: List[Config], order: List[int],
                            randomize_in_params: bool = True) -> List[Config]:
        """One of the configurations at random, then those that differ from it in the first parameter of the order, then
        in the second, and so on."""
        if len(order) != self.num_params:
            raise ValueError(f"The length of the order ({len(order)}) must be equal to the number of parameters ({self.num_params})")
        for i in range(self.num_params):
            if i not in order:
                raise ValueError(f"order needs to be a list of the parameter indices, but index {i} is missing")
        base = random.choice(param_configs)
        ordered = [base]
        for index in order:
            group = [c for c in param_configs if c[index] != base[index] and c not in ordered]
            if randomize_in_params:
                random.shuffle(group)
            ordered += group
        return ordered
