/* A plugin that listens for reloads and nothing else. */
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <mosquitto.h>

static mosquitto_plugin_id_t *self;

static int on_reload(int event, void *data, void *userdata) {
  (void)event;
  (void)data;
  (void)userdata;
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int count, const int *versions) {
  (void)count;
  (void)versions;
  return 5;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  (void)options;
  (void)count;
  self = id;
  return mosquitto_callback_register(id, MOSQ_EVT_RELOAD, on_reload, NULL, NULL);
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count) {
  (void)userdata;
  (void)options;
  (void)count;
  return mosquitto_callback_unregister(self, MOSQ_EVT_RELOAD, on_reload, NULL);
}
