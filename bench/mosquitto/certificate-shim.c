/*
 * Lets a broker's plain listener be measured with the plugin as it ships. A client without TLS shows no certificate, so
 * the plugin would refuse it; loaded with LD_PRELOAD, this gives it one by client id, from the directory that
 * DEVICEAUTHD_BENCH_CERTIFICATES names. Only asked when a client connects: messages cost what they cost without it.
 *
 * The broker's own function comes first in the order of look-up, so a preloaded one of the same name would not be
 * taken. certificate-audit.c binds the plugin's calls, and no others, to this one.
 */
#include <mosquitto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mosquitto_broker.h>

/* What starts the broker (valgrind, taskset) has them not. */
#pragma weak mosquitto_client_certificate
#pragma weak mosquitto_client_id

__attribute__((visibility("default"))) void *deviceauthd_bench_certificate(const struct mosquitto *client);

void *deviceauthd_bench_certificate(const struct mosquitto *client) {
  const char *directory = getenv("DEVICEAUTHD_BENCH_CERTIFICATES");
  const char *id = client == NULL ? NULL : mosquitto_client_id(client);
  if (client == NULL) return NULL;
  X509 *certificate = mosquitto_client_certificate(client);
  if (certificate != NULL || directory == NULL || id == NULL || strchr(id, '/') != NULL) return certificate;
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.pem", directory, id);
  FILE *file = fopen(path, "r");
  if (file == NULL) return NULL;
  certificate = PEM_read_X509(file, NULL, NULL, NULL);
  fclose(file);
  return certificate;
}

/* A call of its own function through the linkage table: that is how certificate-audit.c learns where it is. */
__attribute__((constructor)) static void show(void) { deviceauthd_bench_certificate(NULL); }
