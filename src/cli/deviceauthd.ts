/** The verbs of deviceauthd. */
import type { Program } from './command.ts';

export const DEVICEAUTHD: Program = {
  name: 'deviceauthd',
  summary: 'Tells MQTT brokers who a device is and what it may do',
  defaultVerb: 'serve',
  commands: [
    {
      words: ['serve'],
      summary: 'Run the daemon in the foreground',
      details:
        'SIGHUP reads the configuration again, as a change of the file does; SIGTERM and SIGINT stop the daemon. Exit code: 0 stopped, 1 failed, 2 the configuration cannot be used.',
      options: {
        config: {
          type: 'string',
          value: 'FILE',
          describe: 'The configuration (/etc/deviceauthd/deviceauthd.yaml)',
        },
        'state-directory': {
          type: 'string',
          value: 'DIR',
          describe: 'Where the registry and the CA keys are (stateDirectory of the configuration)',
        },
      },
      json: false,
      example: 'deviceauthd serve --config /etc/deviceauthd/deviceauthd.yaml',
      load: async () => (await import('./serve.ts')).serve,
    },
  ],
  notes: "Devices and policy are managed with deviceauthctl; see 'deviceauthctl --help'.",
};
