/*
 * What a plugin does that matches delayed verdicts to client ids, as Mosquitto 2.1's interface invites it to: every
 * connection waits, and the verdict "yes, CLIENT_ID" is a file with that id in it. Only to show why ours has tickets.
 */
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static mosquitto_plugin_id_t *self;
static char verdict[256];

static int on_basic_auth(int event, void *data, void *userdata) {
  const struct mosquitto_evt_basic_auth *asked = data;
  (void)event;
  (void)userdata;
  mosquitto_log_printf(MOSQ_LOG_NOTICE, "naive: waiting for a verdict about %s", mosquitto_client_id(asked->client));
  return MOSQ_ERR_AUTH_DELAYED;
}

static int on_tick(int event, void *data, void *userdata) {
  struct mosquitto_evt_tick *tick = data;
  char client_id[128] = "";
  FILE *file = fopen(verdict, "r");
  (void)event;
  (void)userdata;
  tick->next_s = 0;
  tick->next_ms = 10;
  if (file == NULL) return MOSQ_ERR_SUCCESS;
  if (fgets(client_id, sizeof client_id, file) != NULL) {
    mosquitto_complete_basic_auth(client_id, MOSQ_ERR_SUCCESS);
    mosquitto_log_printf(MOSQ_LOG_NOTICE, "naive: told");
  }
  fclose(file);
  unlink(verdict);
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int count, const int *versions) {
  (void)count;
  (void)versions;
  return 5;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  self = id;
  for (int n = 0; n < count; n++) {
    if (strcmp(options[n].key, "verdict") == 0) snprintf(verdict, sizeof verdict, "%s", options[n].value);
  }
  mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, on_basic_auth, NULL, NULL);
  mosquitto_callback_register(id, MOSQ_EVT_TICK, on_tick, NULL, NULL);
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  (void)options;
  (void)count;
  mosquitto_callback_unregister(self, MOSQ_EVT_BASIC_AUTH, on_basic_auth, NULL);
  mosquitto_callback_unregister(self, MOSQ_EVT_TICK, on_tick, NULL);
  return MOSQ_ERR_SUCCESS;
}
