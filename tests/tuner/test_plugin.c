/* Plug-ins: found where they should be, not loaded where others can write, of
 * the right ABI, and in agreement with their spec.
 * usage: test_plugin FOLDER (of fixture-*.so) */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fail.h"
#include "plugin_load.h"
#include "search.h"
#include "spec_find.h"
#include "test.h"

static const char *fixtures;

#define SPEC(kernel, version, device, kinds, scaling, tile, packing)                                     \
  "schema: 1\nkernel: " kernel "\nversion: " version "\nplugin: fixture-sound\ndevice: " device "\n"      \
  "problem:\n  kind: {labels: [" kinds "]}\n  T: {range: 1..4, scaling: " scaling "}\n"                   \
  "parameters:\n  " tile ": \"{1, 2}\"\n  packing: " packing "\n"
#define SOUND SPEC("toy", "1", "cpu", "square, wide", "true", "tile", "{labels: [none, rows]}")

static struct spec *read_spec(const char *text) {
  struct spec *s = NULL;
  CHECKF(!spec_parse(&s, text, strlen(text), "toy.yaml"), "%s", tuner_error());
  return s;
}

static void fixture(char *path, size_t size, const char *name) { snprintf(path, size, "%s/fixture-%s.so", fixtures, name); }

/* Where a message must contain a text. */
static void expect(int code, int expected, const char *part) {
  CHECKF(code == expected, "%d: %s", code, code ? tuner_error() : "accepted");
  CHECKF(strstr(tuner_error(), part), "'%s' lacks '%s'", tuner_error(), part);
}

/* ---- A folder of its own, removed at the end ---- */

struct folder { char path[64], file[128]; };

static void copy_file(const char *from, const char *to) {
  char buffer[4096];
  size_t n;
  FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
  CHECK(in && out);
  while ((n = fread(buffer, 1, sizeof buffer, in))) CHECK(fwrite(buffer, 1, n, out) == n);
  fclose(in);
  CHECK(!fclose(out) && !chmod(to, 0755));
}

static struct folder make_folder(void) {
  struct folder f = {"/tmp/constrint-plugin-XXXXXX", ""};
  char sound[4096];
  CHECK(mkdtemp(f.path));
  fixture(sound, sizeof sound, "sound");
  snprintf(f.file, sizeof f.file, "%s/fixture-sound.so", f.path);
  copy_file(sound, f.file);
  return f;
}

static void remove_folder(struct folder f) {
  unlink(f.file);
  rmdir(f.path);
}

/* ---- Cases ---- */

static void loads_and_agrees(void) {
  struct spec *s = read_spec(SOUND);
  struct search_path path;
  struct plugin *p = NULL;
  CHECK(!search_plugins(&path, &fixtures, 1));
  CHECKF(!plugin_load(&p, s, &path), "%s", tuner_error());
  CHECK(!strcmp(p->table->name, "toy") && strstr(p->path, "fixture-sound.so"));
  plugin_unload(p);
  search_release(&path);
  spec_free(s);
}

static void refuses_what_is_no_plugin(void) {
  const struct { const char *name, *message; } broken[] = {
    {"abi", "has plug-in ABI 3, this program 2; build both from one version"},
    {"entry", "is no plug-in of this program: it has no kp_plugin_v1()"},
    {"null", "kp_plugin_v1() gives no table"},
    {"function", "its table lacks a function"},
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    char path[4096];
    struct plugin *p = NULL;
    fixture(path, sizeof path, broken[i].name);
    expect(plugin_open(&p, path), TUNER_EENV, broken[i].message);
    CHECK(!p);
  }
}

static void refuses_what_is_no_object(void) {
  struct folder f = make_folder();
  struct plugin *p = NULL;
  FILE *out = fopen(f.file, "w");
  fputs("not an object\n", out);
  fclose(out);
  expect(plugin_open(&p, f.file), TUNER_EENV, "cannot be loaded: ");
  remove_folder(f);
  expect(plugin_open(&p, f.file), TUNER_ENOTFOUND, "No such file or directory");
}

static void refuses_what_others_can_write(void) {
  struct folder f = make_folder();
  struct plugin *p = NULL;
  CHECKF(!plugin_open(&p, f.file), "%s", tuner_error());
  plugin_unload(p);
  CHECK(!chmod(f.file, 0757));
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, "others can write ");
  CHECK(!chmod(f.file, 0755) && !chmod(f.path, 0777));
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, f.path);
  CHECK(!chmod(f.path, 01777)); /* a sticky folder keeps the file, but lets others add one */
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, "'chmod go-w ");
  CHECK(!chmod(f.path, 0755));
  CHECKF(!plugin_open(&p, f.file), "%s", tuner_error());
  plugin_unload(p);
  remove_folder(f);
}

/* Only root can give a file away, so only root can see this refused. */
static void refuses_other_owners(void) {
  if (geteuid()) return;
  struct folder f = make_folder();
  struct plugin *p = NULL;
  CHECK(!chown(f.file, 12345, 0));
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, "belongs to user 12345, neither to you nor to root");
  CHECK(!chown(f.file, 0, 12345) && !chmod(f.file, 0775));
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, "others can write ");
  CHECK(!chown(f.file, 0, 0) && !chown(f.path, 12345, 0));
  expect(plugin_open(&p, f.file), TUNER_EUNSAFE, "belongs to user 12345");
  CHECK(!chown(f.path, 0, 0));
  remove_folder(f);
}

/* A link in a safe folder to a file in an unsafe one. */
static void links_are_followed_before_judging(void) {
  struct folder unsafe = make_folder(), safe = make_folder();
  struct plugin *p = NULL;
  CHECK(!unlink(safe.file) && !symlink(unsafe.file, safe.file) && !chmod(unsafe.path, 0777));
  expect(plugin_open(&p, safe.file), TUNER_EUNSAFE, unsafe.path);
  remove_folder(unsafe);
  remove_folder(safe);
}

static void refuses_another_spec(void) {
  const struct { const char *text, *message; } specs[] = {
    {SPEC("boy", "1", "cpu", "square, wide", "true", "tile", "{labels: [none, rows]}"), "toy.yaml says kernel boy, its plug-in "},
    {SPEC("toy", "2", "cpu", "square, wide", "true", "tile", "{labels: [none, rows]}"), "toy.yaml says version 2, its plug-in "},
    {SPEC("toy", "1", "gpu", "square, wide", "true", "tile", "{labels: [none, rows]}"), "toy.yaml says device gpu, its plug-in "},
    {SPEC("toy", "1", "cpu", "square, long", "true", "tile", "{labels: [none, rows]}"), "toy.yaml says kind long, its plug-in "},
    {SPEC("toy", "1", "cpu", "square", "true", "tile", "{labels: [none, rows]}"), "toy.yaml gives 'kind' 1 labels, its plug-in "},
    {SPEC("toy", "1", "cpu", "square, wide", "false", "tile", "{labels: [none, rows]}"), "differ in whether 'T' is scaling"},
    {SPEC("toy", "1", "cpu", "square, wide", "true", "tiles", "{labels: [none, rows]}"), "toy.yaml says parameter tiles, its plug-in "},
    {SPEC("toy", "1", "cpu", "square, wide", "true", "tile", "0..1"), "toy.yaml gives 'packing' 0 labels, its plug-in "},
    {SPEC("toy", "1", "cpu", "square, wide", "true", "tile", "{labels: [none, rows]}\n  more: 1..2"), "toy.yaml has 3 parameters, its plug-in "},
  };
  char path[4096];
  struct plugin *p = NULL;
  fixture(path, sizeof path, "sound");
  CHECK(!plugin_open(&p, path));
  for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
    struct spec *s = read_spec(specs[i].text);
    expect(plugin_agrees(p, s), TUNER_EINPUT, specs[i].message);
    spec_free(s);
  }
  plugin_unload(p);
}

static void search_order(void) {
  static const char *const given[] = {"/first:/second", "/third"};
  struct search_path path;
  setenv("CONSTRINT_PLUGIN_PATH", "/fourth::/fifth:", 1);
  CHECK(!search_plugins(&path, given, 2));
  static const char *const expected[] = {"/first", "/second", "/third", "/fourth", "/fifth"};
  CHECK(path.n >= 8);
  for (int i = 0; i < 5; i++) CHECKF(!strcmp(path.dirs[i], expected[i]), "%s", path.dirs[i]);
  CHECK(strstr(path.dirs[5], "/../plugins") && strstr(path.dirs[6], "/../lib/constrint/plugins"));
  search_release(&path);
  unsetenv("CONSTRINT_PLUGIN_PATH");
}

static void what_is_missing_says_where_it_was_sought(void) {
  const char *nowhere = "/nowhere";
  struct search_path path;
  char *found = NULL;
  CHECK(!search_specs(&path, &nowhere, 1));
  expect(search_file(&found, &path, "kernels", "toy", "yaml", "spec"), TUNER_ENOTFOUND, "no spec toy.yaml in /nowhere, ");
  expect(search_file(&found, &path, "kernels", "toy", "yaml", "spec"), TUNER_ENOTFOUND, "; name its folder with --spec-path");
  expect(search_file(&found, &path, NULL, "toy", "so", "plug-in"), TUNER_ENOTFOUND, "; name its folder with --plugin-path");
  expect(search_file(&found, &path, NULL, "/no/such.yaml", "yaml", "spec"), TUNER_ENOTFOUND, "/no/such.yaml: cannot be read: ");
  search_release(&path);
}

static void write_text(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  CHECK(f && fputs(text, f) >= 0 && !fclose(f));
}

static void specs_are_found_by_kernel_and_device(void) {
  struct folder f = make_folder();
  char plain[160], device[160];
  struct search_path path;
  struct spec *s = NULL;
  const char *folder = f.path;
  snprintf(plain, sizeof plain, "%s/toy.yaml", f.path);
  snprintf(device, sizeof device, "%s/toy-cpu.yaml", f.path);
  CHECK(!search_specs(&path, &folder, 1));
  write_text(plain, SOUND);
  CHECKF(!spec_find(&s, &path, "toy", "cpu") && !strcmp(s->path, plain), "%s", tuner_error());
  spec_free(s);
  expect(spec_find(&s, &path, "toy", "cuda"), TUNER_EINPUT, "is for a device of kind cpu, not cuda");
  write_text(device, SOUND "# for CPUs\n");
  CHECK(!spec_find(&s, &path, "toy", "cpu") && !strcmp(s->path, device));
  spec_free(s);
  CHECK(!spec_find(&s, &path, plain, "cuda") && !strcmp(s->path, plain));
  spec_free(s);
  write_text(device, SPEC("boy", "1", "cpu", "square, wide", "true", "tile", "0..1"));
  expect(spec_find(&s, &path, "toy", "cpu"), TUNER_EINPUT, "is the spec of kernel boy, not of toy");
  search_release(&path);
  unlink(plain);
  unlink(device);
  remove_folder(f);
}

static const struct test_case cases[] = {
  {"loads and agrees", loads_and_agrees},
  {"refuses what is no plug-in", refuses_what_is_no_plugin},
  {"refuses what is no object", refuses_what_is_no_object},
  {"refuses what others can write", refuses_what_others_can_write},
  {"refuses other owners", refuses_other_owners},
  {"links are followed before judging", links_are_followed_before_judging},
  {"refuses another spec", refuses_another_spec},
  {"search order", search_order},
  {"what is missing says where it was sought", what_is_missing_says_where_it_was_sought},
  {"specs are found by kernel and device", specs_are_found_by_kernel_and_device},
  {NULL, NULL},
};

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  fixtures = argv[1];
  return test_main(cases, argc - 1, argv + 1);
}
