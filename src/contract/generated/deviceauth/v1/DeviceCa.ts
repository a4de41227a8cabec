// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface DeviceCa {
  'name'?: (string);
  'certificateId'?: (string);
  'subject'?: (string);
  'key'?: (string);
  'notBefore'?: (number | string | Long);
  'notAfter'?: (number | string | Long);
  /**
   * The key is in the state directory, so certificates can be issued.
   */
  'localKey'?: (boolean);
  'certificatePem'?: (string);
  /**
   * A certificate of this CA that is not registered yet is registered by its first connection,
   * attached to the thing of its common name.
   */
  'provisioning'?: (boolean);
}

export interface DeviceCa__Output {
  'name': (string);
  'certificateId': (string);
  'subject': (string);
  'key': (string);
  'notBefore': (number);
  'notAfter': (number);
  /**
   * The key is in the state directory, so certificates can be issued.
   */
  'localKey': (boolean);
  'certificatePem': (string);
  /**
   * A certificate of this CA that is not registered yet is registered by its first connection,
   * attached to the thing of its common name.
   */
  'provisioning': (boolean);
}
