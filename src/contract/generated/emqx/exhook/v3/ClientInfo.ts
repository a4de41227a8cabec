// Original file: proto/emqx/exhook/v3/exhook.proto


export interface ClientInfo {
  'node'?: (string);
  'clientid'?: (string);
  /**
   * With peer_cert_as_username = pem: base64 of the certificate's DER.
   */
  'username'?: (string);
  'password'?: (string);
  'peerhost'?: (string);
  /**
   * The port of EMQX's listener.
   */
  'sockport'?: (number);
  'protocol'?: (string);
  'mountpoint'?: (string);
  'isSuperuser'?: (boolean);
  'anonymous'?: (boolean);
  /**
   * Of the certificate of the TLS handshake (or of the PROXY protocol): common name and distinguished name.
   */
  'cn'?: (string);
  'dn'?: (string);
  /**
   * Since 5.4; 0 before.
   */
  'peerport'?: (number);
}

export interface ClientInfo__Output {
  'node': (string);
  'clientid': (string);
  /**
   * With peer_cert_as_username = pem: base64 of the certificate's DER.
   */
  'username': (string);
  'password': (string);
  'peerhost': (string);
  /**
   * The port of EMQX's listener.
   */
  'sockport': (number);
  'protocol': (string);
  'mountpoint': (string);
  'isSuperuser': (boolean);
  'anonymous': (boolean);
  /**
   * Of the certificate of the TLS handshake (or of the PROXY protocol): common name and distinguished name.
   */
  'cn': (string);
  'dn': (string);
  /**
   * Since 5.4; 0 before.
   */
  'peerport': (number);
}
