// Original file: proto/emqx/exhook/v2/exhook.proto


export interface ConnInfo {
  'node'?: (string);
  'clientid'?: (string);
  'username'?: (string);
  'peerhost'?: (string);
  'sockport'?: (number);
  'protoName'?: (string);
  'protoVer'?: (string);
  'keepalive'?: (number);
  /**
   * Since 5.4; 0 before.
   */
  'peerport'?: (number);
}

export interface ConnInfo__Output {
  'node': (string);
  'clientid': (string);
  'username': (string);
  'peerhost': (string);
  'sockport': (number);
  'protoName': (string);
  'protoVer': (string);
  'keepalive': (number);
  /**
   * Since 5.4; 0 before.
   */
  'peerport': (number);
}
