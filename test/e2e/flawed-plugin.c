/*
 * A plugin with one flaw of each kind, chosen by `plugin_opt_flaw`. Only to show that a suite under the sanitizers would notice.
 */
#include <limits.h>
#include <mosquitto.h>
/* 2.0 needs these, in this order; 2.1 warns that they are old. */
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static volatile int sink;

/* Several: of some a pointer may remain in a register or on the stack, and then they are not lost. */
enum { SEVERAL = 8 };

static void leak(void) {
  for (int n = 0; n < SEVERAL; n++) sink = malloc(77) != NULL;
}

static void leak_by_openssl(void) {
  for (int n = 0; n < SEVERAL; n++) sink = CRYPTO_malloc(78, "flawed", 1) != NULL;
}

static void leak_by_broker(void) {
  for (int n = 0; n < SEVERAL; n++) sink = mosquitto_malloc(79) != NULL;
}

static void read_freed(void) {
  char *volatile text = malloc(10);
  free(text);
  sink = text[3];
}

static void overflow(void) {
  volatile int most = INT_MAX;
  sink = most + 1;
}

int mosquitto_plugin_version(int count, const int *versions) {
  (void)count;
  (void)versions;
  return 5;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count) {
  const char *flaw = count > 0 ? options[0].value : "none";
  (void)id;
  (void)userdata;
  if (strstr(flaw, "leak-own") != NULL) leak();
  if (strstr(flaw, "leak-openssl") != NULL) leak_by_openssl();
  if (strstr(flaw, "leak-broker") != NULL) leak_by_broker();
  if (strstr(flaw, "freed") != NULL) read_freed();
  if (strstr(flaw, "undefined") != NULL) overflow();
  if (strstr(flaw, "abort") != NULL) abort();
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  (void)options;
  (void)count;
  return MOSQ_ERR_SUCCESS;
}
