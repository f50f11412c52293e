/* What build() made, as a file: from the process that built it to the one that
 * loads it. */
#ifndef TUNER_ARTIFACT_FILE_H
#define TUNER_ARTIFACT_FILE_H

#include "plugin.h"

int artifact_write(const char *path, const kp_artifact *a);
/* The caller frees out->data. */
int artifact_read(kp_artifact *out, const char *path);

#endif
