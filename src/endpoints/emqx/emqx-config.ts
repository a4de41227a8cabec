/** An EMQX broker as the configuration has it; `config/emqx-schema.ts` checks the values and documents them. */
import type { ListenerLimits } from '../limits.ts';
import type { TcpListenerConfig } from '../listeners/listener-config.ts';

export interface ExHookConfig extends TcpListenerConfig {
  readonly limits: ListenerLimits;
}

export interface EmqxHttpConfig extends TcpListenerConfig {
  readonly sharedSecretFile?: string | undefined;
  readonly acl: 'exact' | 'prefixes' | 'none';
  readonly limits: ListenerLimits;
}

export interface EmqxApiConfig {
  /** Without `/api/v5`. */
  readonly url: string;
  readonly keyFile: string;
  readonly caFile?: string | undefined;
  readonly requestsPerSecond: number;
  readonly retrySeconds: number;
}

export interface EmqxConfig {
  readonly mutualTlsPorts: readonly number[];
  /** EMQX's ids of listeners that are shut when it starts. */
  readonly listeners: readonly string[];
  readonly exhook?: ExHookConfig | undefined;
  readonly http?: EmqxHttpConfig | undefined;
  readonly api?: EmqxApiConfig | undefined;
}
