// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface Session {
  /**
   * The first eight characters: enough to name it, not to use it.
   */
  'tokenPrefix'?: (string);
  /**
   * The thing it speaks for.
   */
  'thingName'?: (string);
  /**
   * The MQTT client id.
   */
  'clientId'?: (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId'?: (string);
  /**
   * Where it was opened, and where alone its token works.
   */
  'listener'?: (string);
  /**
   * Empty for a caller that gave none.
   */
  'brokerInstanceId'?: (string);
  /**
   * When it was opened.
   */
  'issuedAt'?: (number | string | Long);
  /**
   * When it last decided something, as far as was reported.
   */
  'lastUsedAt'?: (number | string | Long);
  /**
   * A live update stream holds it.
   */
  'held'?: (boolean);
  /**
   * See GrantSet; empty: everything is denied.
   */
  'grantSetIds'?: (string)[];
  /**
   * Of the call that opened it.
   */
  'correlationId'?: (string);
}

export interface Session__Output {
  /**
   * The first eight characters: enough to name it, not to use it.
   */
  'tokenPrefix': (string);
  /**
   * The thing it speaks for.
   */
  'thingName': (string);
  /**
   * The MQTT client id.
   */
  'clientId': (string);
  /**
   * Lower-case hex SHA-256 of the certificate's DER.
   */
  'certificateId': (string);
  /**
   * Where it was opened, and where alone its token works.
   */
  'listener': (string);
  /**
   * Empty for a caller that gave none.
   */
  'brokerInstanceId': (string);
  /**
   * When it was opened.
   */
  'issuedAt': (number);
  /**
   * When it last decided something, as far as was reported.
   */
  'lastUsedAt': (number);
  /**
   * A live update stream holds it.
   */
  'held': (boolean);
  /**
   * See GrantSet; empty: everything is denied.
   */
  'grantSetIds': (string)[];
  /**
   * Of the call that opened it.
   */
  'correlationId': (string);
}
