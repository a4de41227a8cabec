// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Its name, and what it may call.
 */
export interface Component {
  /**
   * 1 to 128 characters of [A-Za-z0-9_.-], such as "aws.greengrass.clientdevices.mqtt.EMQX".
   */
  'name'?: (string);
  /**
   * Names without "aws.greengrass#": VerifyClientDeviceIdentity, GetClientDeviceAuthToken, AuthorizeClientDeviceAction,
   * SubscribeToCertificateUpdates.
   */
  'operations'?: (string)[];
  /**
   * When it was added.
   */
  'createdAt'?: (number | string | Long);
  /**
   * When its present token was made.
   */
  'tokenIssuedAt'?: (number | string | Long);
  /**
   * Open now.
   */
  'connections'?: (number);
}

/**
 * Its name, and what it may call.
 */
export interface Component__Output {
  /**
   * 1 to 128 characters of [A-Za-z0-9_.-], such as "aws.greengrass.clientdevices.mqtt.EMQX".
   */
  'name': (string);
  /**
   * Names without "aws.greengrass#": VerifyClientDeviceIdentity, GetClientDeviceAuthToken, AuthorizeClientDeviceAction,
   * SubscribeToCertificateUpdates.
   */
  'operations': (string)[];
  /**
   * When it was added.
   */
  'createdAt': (number);
  /**
   * When its present token was made.
   */
  'tokenIssuedAt': (number);
  /**
   * Open now.
   */
  'connections': (number);
}
