// Original file: proto/emqx/exhook/v3/exhook.proto


export interface HookSpec {
  /**
   * Such as "client.authenticate".
   */
  'name'?: (string);
  /**
   * Filters, for hooks of messages.
   */
  'topics'?: (string)[];
}

export interface HookSpec__Output {
  /**
   * Such as "client.authenticate".
   */
  'name': (string);
  /**
   * Filters, for hooks of messages.
   */
  'topics': (string)[];
}
