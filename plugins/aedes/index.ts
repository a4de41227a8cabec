/** deviceauthd in front of the Aedes broker, and the parts a custom broker component is made of. */
export type { AedesPluginOptions } from './aedes-plugin.ts';
export { AedesPlugin } from './aedes-plugin.ts';
export type { DaemonClientOptions } from './daemon-client.ts';
export { DaemonClient } from './daemon-client.ts';
export type {
  CertificateListener,
  CertificatePort,
  Credential,
  DaemonPort,
  Log,
  LogLevel,
  TokenAnswer,
  Update,
  UpdateCall,
  UpdateListener,
} from './daemon-port.ts';
export { isVerdict } from './daemon-port.ts';
export type { EndCause, KeptSession } from './kept-session.ts';
export { clientIdResource, filterResource, topicResource } from './mqtt-resources.ts';
export type { ServerCertificateOptions, ServerTls } from './server-certificate.ts';
export { ServerCertificate } from './server-certificate.ts';
export type {
  DenialByKeeper,
  GrantEvaluator,
  KeeperDecision,
  KeeperStatus,
  SessionKeeperOptions,
} from './session-keeper.ts';
export { SessionKeeper } from './session-keeper.ts';
export type {
  Admission,
  DeviceServerOptions,
  DeviceTlsOptions,
  TlsMaterial,
  UnknownIssuer,
} from './tls-server.ts';
export { admit, createTlsServer } from './tls-server.ts';
