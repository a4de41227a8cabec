// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface Session {
  /**
   * The first eight characters: enough to name it, not to use it.
   */
  'tokenPrefix'?: (string);
  'thingName'?: (string);
  'clientId'?: (string);
  'certificateId'?: (string);
  'listener'?: (string);
  'brokerInstanceId'?: (string);
  'issuedAt'?: (number | string | Long);
  'lastUsedAt'?: (number | string | Long);
  'held'?: (boolean);
  'grantSetIds'?: (string)[];
  'correlationId'?: (string);
}

export interface Session__Output {
  /**
   * The first eight characters: enough to name it, not to use it.
   */
  'tokenPrefix': (string);
  'thingName': (string);
  'clientId': (string);
  'certificateId': (string);
  'listener': (string);
  'brokerInstanceId': (string);
  'issuedAt': (number);
  'lastUsedAt': (number);
  'held': (boolean);
  'grantSetIds': (string)[];
  'correlationId': (string);
}
