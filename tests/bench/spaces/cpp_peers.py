#!/usr/bin/env python3
"""The peers in C++: KTT's configuration forest and cppATF's search-space tree.

    cpp_peers.py ktt|cppatf --source CLONE [--cache FOLDER] [--build] SPACE.json

Writes a program for the space, compiles it against the peer's own sources and
runs it; prints a line of JSON {"peer", "version", "count", "form", "all"}:
seconds to the tree, and from there on to every configuration in the peer's own
records (missing from MOST_STORED configurations on).  Parameters stand in the
order of the file, conditions as C++ lambdas, independent groups apart, all in
one thread.  --build: compile and print the program's path only.  Exit 77:
--source is not a clone."""
import argparse
import hashlib
import os
import pathlib
import subprocess
import sys

import c_loops
import space_file

MOST_STORED = 5_000_000
MARK = {"ktt": "Source/TuningRunner/ConfigurationForest.cpp", "cppatf": "cppatf.hpp"}
# of KTT what its forest needs, without the parts that want a GPU's libraries
KTT_SOURCES = """Source/Utility/ErrorHandling/Assert.cpp Source/Utility/FileSystem.cpp Source/Utility/Logger/Logger.cpp
Source/Utility/StringUtility.cpp Source/Kernel/KernelConstraint/BasicConstraint.cpp
Source/Kernel/KernelConstraint/KernelConstraint.cpp Source/Kernel/KernelParameter.cpp Source/Kernel/KernelParameterGroup.cpp
Source/TuningRunner/ConfigurationForest.cpp Source/TuningRunner/ConfigurationNode.cpp
Source/TuningRunner/ConfigurationTree.cpp Source/Api/Configuration/KernelConfiguration.cpp
Source/Api/Configuration/ParameterPair.cpp Source/Api/KttException.cpp Libraries/CTPL-Ahajha/ctpl_stl.cpp""".split()
COMPILE = [os.environ.get("CXX", "g++"), "-O3", "-march=native", "-std=c++17", "-w"]

HEAD = """#include <ctime>
#include <cstdio>
#include <cstdlib>
#include <cstring> /* cppATF needs it */
#include <iostream>
#include <memory>
#include <string>
#include <vector>
typedef %s number;
static inline number floor_div(number a, number b) { return a / b - (a %% b < 0); }
static inline number floor_mod(number a, number b) { number r = a %% b; return r < 0 ? r + b : r; }
static double now() {
  struct timespec t;
  clock_gettime(getenv("BENCH_CLOCK") && *getenv("BENCH_CLOCK") == 'c' ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
"""

KTT_START = """#include <TuningRunner/ConfigurationForest.h>
#include <Kernel/KernelConstraint/BasicConstraint.h>
using namespace ktt;
int main() {
  double start = now();
  std::vector<KernelParameter> p;
  p.reserve(1000);
  std::vector<std::unique_ptr<BasicConstraint>> c;
  auto add = [&](const char *n, std::vector<uint64_t> v) { p.emplace_back(n, std::vector<ParameterValue>(v.begin(), v.end()), ""); };"""

KTT_END = """  std::vector<const KernelParameter *> ps;
  std::vector<const KernelConstraint *> cs;
  for (auto &x : p) ps.push_back(&x);
  for (auto &x : c) cs.push_back(x.get());
  KernelParameterGroup group("g", ps, cs);
  ctpl::thread_pool pool(1);
  ConfigurationForest forest;
  for (auto &f : forest.Build(group, pool)) f.wait();
  double form = now() - start, all = -1;
  uint64_t n = forest.GetConfigurationsCount();
  if (n < %d) {
    std::vector<KernelConfiguration> out;
    out.reserve(n);
    for (uint64_t i = 0; i < n; i++) out.push_back(forest.GetConfiguration(i));
    all = now() - start;
  }"""

CPPATF_START = """#include <cppatf.hpp>
struct engine : atf::exploration_engine { atf::search_space_tree &space() { return _search_space; } };
int main() {
  double start = now();"""

CPPATF_END = """  double form = now() - start, all = -1;
  atf::search_space_tree &space = e.space();
  atf::big_int n = space.num_configs();
  if (n < atf::big_int(%d)) {
    std::vector<atf::configuration> out;
    size_t k = static_cast<size_t>(n);
    out.reserve(k);
    for (size_t i = 0; i < k; i++) out.push_back(space.get_configuration(atf::big_int(i)));
    all = now() - start;
  }"""

# _Exit: freeing the tree is not timed, and takes long
END = """  std::cout << "{{\\"peer\\": \\"{peer}\\", \\"version\\": \\"{version}\\", \\"count\\": \\"" << n << "\\", \\"form\\": " << form;
  if (all >= 0) std::cout << ", \\"all\\": " << all;
  std::cout << "}}" << std::endl;
  _Exit(0);
}}"""


def prepared(space):
    """[(places of the parameters named, C text)], and the type of numbers."""
    writer = c_loops.Writer(space)
    conditions = [(sorted(writer.place[n] for n in c_loops.names_in(t, writer.place)), writer.truth(t))
                  for t in space_file.conjuncts(space.conditions)]
    return conditions, "int" if writer.bound < 2**31 else "long"


def listed(values, end):
    return ", ".join(f"{int(v)}{end}" for v in values)


def ktt_program(space, conditions):
    out = [KTT_START]
    out += [f'  add("{n}", {{{listed(v, "ull")}}});' for n, v in space.params]
    for names, text in conditions:
        known = " ".join(f"const number v{i} = (number)a[{k}];" for k, i in enumerate(names))
        pointers = ", ".join(f"&p[{i}]" for i in names)
        out.append(f"  c.push_back(std::make_unique<BasicConstraint>(std::vector<const KernelParameter *>{{{pointers}}},"
                   f" [](const std::vector<uint64_t> &a) -> bool {{ {known} return {text}; }}));")
    return out + [KTT_END % MOST_STORED]


def connected(n, conditions):
    group = {i: {i} for i in range(n)}
    for names, _ in conditions:
        joined = set().union(*(group[i] for i in names))
        for i in joined:
            group[i] = joined
    return [sorted(g) for g in {min(g): g for g in group.values()}.values()]


def cppatf_program(space, conditions):
    out = [CPPATF_START]
    for i, (name, values) in enumerate(space.params):
        mine = [(names, text) for names, text in conditions if names and names[-1] == i]
        known = " ".join(f"const number v{a} = (number)p{a};" for a in sorted({a for names, _ in mine for a in names} - {i}))
        test = " && ".join(text for _, text in mine) or "true"
        out.append(f"  const std::vector<int> d{i} = {{{listed(values, '')}}};")
        out.append(f'  auto p{i} = atf::tuning_parameter("{name}", d{i}, [&](int x) -> bool {{ {known} const number v{i} = x; return {test}; }});')
    trees = ", ".join("atf::G(" + ", ".join(f"p{i}" for i in g) + ")" for g in connected(len(space.params), conditions))
    return out + ["  engine e;", f"  e({trees});", CPPATF_END % MOST_STORED]


def built(path, text, flags):
    """The program of a text, compiled at most once."""
    if not path.exists():
        source, part = path.with_suffix(".cpp"), path.with_suffix(f".part{os.getpid()}")
        source.write_text(text)
        subprocess.run([*COMPILE, str(source), "-o", str(part), *flags], check=True)
        part.rename(path)
    return path


def ktt_library(clone, cache):
    library = cache / "libktt.a"
    if not library.exists():
        objects = []
        for source in KTT_SOURCES:
            objects.append(str(cache / (pathlib.Path(source).stem + ".o")))
            subprocess.run([*COMPILE, "-c", str(clone / source), "-o", objects[-1], *ktt_includes(clone)], check=True)
        subprocess.run(["ar", "rcs", str(library), *objects], check=True)
    return library


def ktt_includes(clone):
    return [f"-I{clone / 'Source'}", f"-I{clone / 'Libraries' / 'CTPL-Ahajha'}"]


def version_of(clone):
    told = subprocess.run(["git", "-C", str(clone), "describe", "--always", "--tags"], capture_output=True, text=True)
    inside = (clone / ".git").exists() and told.returncode == 0
    return told.stdout.strip() if inside else clone.name


def program(peer, clone, cache, space):
    conditions, number = prepared(space)
    if peer == "ktt":
        body, flags = ktt_program(space, conditions), [*ktt_includes(clone), str(ktt_library(clone, cache)), "-lpthread"]
    else:
        body, flags = cppatf_program(space, conditions), [f"-I{clone}", "-lpthread"]
    text = "\n".join([HEAD % number, *body, END.format(peer=peer, version=version_of(clone))])
    mark = hashlib.sha256(" ".join([text, *COMPILE, *flags]).encode()).hexdigest()[:16]
    return built(cache / f"{peer}-{mark}", text, flags)


def main():
    o = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    o.add_argument("peer", choices=MARK)
    o.add_argument("space", type=pathlib.Path)
    o.add_argument("--source", type=pathlib.Path, required=True, help="a clone of the peer's repository")
    o.add_argument("--cache", type=pathlib.Path, default=pathlib.Path.home() / ".cache" / "constrint-bench")
    o.add_argument("--build", action="store_true")
    given = o.parse_args()
    if not (given.source / MARK[given.peer]).is_file():
        print(f"cpp_peers: {given.source} is no clone of {given.peer}", file=sys.stderr)
        return 77
    given.cache.mkdir(parents=True, exist_ok=True)
    try:
        made = program(given.peer, given.source.absolute(), given.cache.absolute(), space_file.read(given.space))
    except (c_loops.Refused, subprocess.CalledProcessError) as why:
        sys.exit(f"cpp_peers: {given.space.name}: {str(why)[:200]}")
    if not given.build:
        os.execv(made, [made])
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
