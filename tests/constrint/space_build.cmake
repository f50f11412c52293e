# The builder of the compact form.
room_test(space_build SOURCES space_build.c random_model.c LIBS constrint_static TIMEOUT 120)
