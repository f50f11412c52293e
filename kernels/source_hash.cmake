# Writes OUT: a header that defines NAME as the SHA-256 (hex) over FILES.
set(all "")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} digest)
  string(APPEND all "${digest}")
endforeach()
string(SHA256 digest "${all}")
file(WRITE ${OUT} "#define ${NAME} \"${digest}\"\n")
