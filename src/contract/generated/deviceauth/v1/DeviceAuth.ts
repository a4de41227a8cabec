// Original file: proto/deviceauth/v1/device_auth.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AuthorizeClientDeviceActionRequest as _deviceauth_v1_AuthorizeClientDeviceActionRequest, AuthorizeClientDeviceActionRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output } from '../../deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { AuthorizeClientDeviceActionResponse as _deviceauth_v1_AuthorizeClientDeviceActionResponse, AuthorizeClientDeviceActionResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output } from '../../deviceauth/v1/AuthorizeClientDeviceActionResponse.ts';
import type { AuthorizeClientDeviceActionsRequest as _deviceauth_v1_AuthorizeClientDeviceActionsRequest, AuthorizeClientDeviceActionsRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output } from '../../deviceauth/v1/AuthorizeClientDeviceActionsRequest.ts';
import type { AuthorizeClientDeviceActionsResponse as _deviceauth_v1_AuthorizeClientDeviceActionsResponse, AuthorizeClientDeviceActionsResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output } from '../../deviceauth/v1/AuthorizeClientDeviceActionsResponse.ts';
import type { CertificateUpdateEvent as _deviceauth_v1_CertificateUpdateEvent, CertificateUpdateEvent__Output as _deviceauth_v1_CertificateUpdateEvent__Output } from '../../deviceauth/v1/CertificateUpdateEvent.ts';
import type { CheckClientIdRequest as _deviceauth_v1_CheckClientIdRequest, CheckClientIdRequest__Output as _deviceauth_v1_CheckClientIdRequest__Output } from '../../deviceauth/v1/CheckClientIdRequest.ts';
import type { CheckClientIdResponse as _deviceauth_v1_CheckClientIdResponse, CheckClientIdResponse__Output as _deviceauth_v1_CheckClientIdResponse__Output } from '../../deviceauth/v1/CheckClientIdResponse.ts';
import type { CloseClientDeviceSessionRequest as _deviceauth_v1_CloseClientDeviceSessionRequest, CloseClientDeviceSessionRequest__Output as _deviceauth_v1_CloseClientDeviceSessionRequest__Output } from '../../deviceauth/v1/CloseClientDeviceSessionRequest.ts';
import type { CloseClientDeviceSessionResponse as _deviceauth_v1_CloseClientDeviceSessionResponse, CloseClientDeviceSessionResponse__Output as _deviceauth_v1_CloseClientDeviceSessionResponse__Output } from '../../deviceauth/v1/CloseClientDeviceSessionResponse.ts';
import type { GetClientDeviceAuthTokenRequest as _deviceauth_v1_GetClientDeviceAuthTokenRequest, GetClientDeviceAuthTokenRequest__Output as _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output } from '../../deviceauth/v1/GetClientDeviceAuthTokenRequest.ts';
import type { GetClientDeviceAuthTokenResponse as _deviceauth_v1_GetClientDeviceAuthTokenResponse, GetClientDeviceAuthTokenResponse__Output as _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output } from '../../deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { GetGrantSetRequest as _deviceauth_v1_GetGrantSetRequest, GetGrantSetRequest__Output as _deviceauth_v1_GetGrantSetRequest__Output } from '../../deviceauth/v1/GetGrantSetRequest.ts';
import type { GetGrantSetResponse as _deviceauth_v1_GetGrantSetResponse, GetGrantSetResponse__Output as _deviceauth_v1_GetGrantSetResponse__Output } from '../../deviceauth/v1/GetGrantSetResponse.ts';
import type { SessionUpdate as _deviceauth_v1_SessionUpdate, SessionUpdate__Output as _deviceauth_v1_SessionUpdate__Output } from '../../deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest as _deviceauth_v1_SessionUpdatesRequest, SessionUpdatesRequest__Output as _deviceauth_v1_SessionUpdatesRequest__Output } from '../../deviceauth/v1/SessionUpdatesRequest.ts';
import type { SubscribeToCertificateUpdatesRequest as _deviceauth_v1_SubscribeToCertificateUpdatesRequest, SubscribeToCertificateUpdatesRequest__Output as _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output } from '../../deviceauth/v1/SubscribeToCertificateUpdatesRequest.ts';
import type { VerifyClientDeviceIdentityRequest as _deviceauth_v1_VerifyClientDeviceIdentityRequest, VerifyClientDeviceIdentityRequest__Output as _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output } from '../../deviceauth/v1/VerifyClientDeviceIdentityRequest.ts';
import type { VerifyClientDeviceIdentityResponse as _deviceauth_v1_VerifyClientDeviceIdentityResponse, VerifyClientDeviceIdentityResponse__Output as _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output } from '../../deviceauth/v1/VerifyClientDeviceIdentityResponse.ts';

export interface DeviceAuthClient extends grpc.Client {
  /**
   * One decision by the daemon, for callers that do not evaluate grant sets themselves.
   */
  AuthorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  AuthorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  AuthorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  AuthorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One decision by the daemon, for callers that do not evaluate grant sets themselves.
   */
  authorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  authorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  authorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  authorizeClientDeviceAction(argument: _deviceauth_v1_AuthorizeClientDeviceActionRequest, callback: grpc.requestCallback<_deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The same as a stream: every request message is answered by one response message with as
   * many results, in order. The daemon reads no further while the caller does not read.
   */
  AuthorizeClientDeviceActions(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>;
  AuthorizeClientDeviceActions(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>;
  /**
   * The same as a stream: every request message is answered by one response message with as
   * many results, in order. The daemon reads no further while the caller does not read.
   */
  authorizeClientDeviceActions(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>;
  authorizeClientDeviceActions(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>;
  
  /**
   * May a client that shows no certificate use this client id? Asked by brokers that leave such clients to other means
   * (password files and the like), so that none of them comes under a device's name.
   */
  CheckClientId(argument: _deviceauth_v1_CheckClientIdRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  CheckClientId(argument: _deviceauth_v1_CheckClientIdRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  CheckClientId(argument: _deviceauth_v1_CheckClientIdRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  CheckClientId(argument: _deviceauth_v1_CheckClientIdRequest, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  /**
   * May a client that shows no certificate use this client id? Asked by brokers that leave such clients to other means
   * (password files and the like), so that none of them comes under a device's name.
   */
  checkClientId(argument: _deviceauth_v1_CheckClientIdRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  checkClientId(argument: _deviceauth_v1_CheckClientIdRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  checkClientId(argument: _deviceauth_v1_CheckClientIdRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  checkClientId(argument: _deviceauth_v1_CheckClientIdRequest, callback: grpc.requestCallback<_deviceauth_v1_CheckClientIdResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The device disconnected. Closing an unknown token is not an error.
   */
  CloseClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  CloseClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The device disconnected. Closing an unknown token is not an error.
   */
  closeClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  closeClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  closeClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  closeClientDeviceSession(argument: _deviceauth_v1_CloseClientDeviceSessionRequest, callback: grpc.requestCallback<_deviceauth_v1_CloseClientDeviceSessionResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Authenticates a device for one client id and opens a session. The broker must have
   * finished a TLS handshake in which the peer proved possession of the certificate's key.
   * The verification goes on if the caller gives up waiting: its next attempt finds the answer.
   */
  GetClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  GetClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  GetClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  GetClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Authenticates a device for one client id and opens a session. The broker must have
   * finished a TLS handshake in which the peer proved possession of the certificate's key.
   * The verification goes on if the caller gives up waiting: its next attempt finds the answer.
   */
  getClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  getClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  getClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  getClientDeviceAuthToken(argument: _deviceauth_v1_GetClientDeviceAuthTokenRequest, callback: grpc.requestCallback<_deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The grants behind a grant set id. Ids are content hashes: an answer may be kept for ever.
   */
  GetGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  GetGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  GetGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  GetGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The grants behind a grant set id. Ids are content hashes: an answer may be kept for ever.
   */
  getGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  getGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  getGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  getGrantSet(argument: _deviceauth_v1_GetGrantSetRequest, callback: grpc.requestCallback<_deviceauth_v1_GetGrantSetResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The broker's server certificate, now and at every rotation.
   */
  SubscribeToCertificateUpdates(argument: _deviceauth_v1_SubscribeToCertificateUpdatesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_CertificateUpdateEvent__Output>;
  SubscribeToCertificateUpdates(argument: _deviceauth_v1_SubscribeToCertificateUpdatesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_CertificateUpdateEvent__Output>;
  /**
   * The broker's server certificate, now and at every rotation.
   */
  subscribeToCertificateUpdates(argument: _deviceauth_v1_SubscribeToCertificateUpdatesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_CertificateUpdateEvent__Output>;
  subscribeToCertificateUpdates(argument: _deviceauth_v1_SubscribeToCertificateUpdatesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_CertificateUpdateEvent__Output>;
  
  /**
   * One per plugin. Up: the tokens the caller holds, then what it used. Down: a snapshot of
   * what is true of each, then changes, ends and heartbeats. See SessionUpdate.
   */
  SubscribeToSessionUpdates(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdate__Output>;
  SubscribeToSessionUpdates(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdate__Output>;
  /**
   * One per plugin. Up: the tokens the caller holds, then what it used. Down: a snapshot of
   * what is true of each, then changes, ends and heartbeats. See SessionUpdate.
   */
  subscribeToSessionUpdates(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdate__Output>;
  subscribeToSessionUpdates(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdate__Output>;
  
  /**
   * Is this certificate one of an active device? Asked by brokers that let the daemon decide
   * during the TLS handshake. No session is made and no attachment is looked at. Never an error
   * for a bad certificate: the answer is false.
   */
  VerifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  VerifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  VerifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  VerifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Is this certificate one of an active device? Asked by brokers that let the daemon decide
   * during the TLS handshake. No session is made and no attachment is looked at. Never an error
   * for a bad certificate: the answer is false.
   */
  verifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  verifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  verifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  verifyClientDeviceIdentity(argument: _deviceauth_v1_VerifyClientDeviceIdentityRequest, callback: grpc.requestCallback<_deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface DeviceAuthHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One decision by the daemon, for callers that do not evaluate grant sets themselves.
   */
  AuthorizeClientDeviceAction: grpc.handleUnaryCall<_deviceauth_v1_AuthorizeClientDeviceActionRequest__Output, _deviceauth_v1_AuthorizeClientDeviceActionResponse>;
  
  /**
   * The same as a stream: every request message is answered by one response message with as
   * many results, in order. The daemon reads no further while the caller does not read.
   */
  AuthorizeClientDeviceActions: grpc.handleBidiStreamingCall<_deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output, _deviceauth_v1_AuthorizeClientDeviceActionsResponse>;
  
  /**
   * May a client that shows no certificate use this client id? Asked by brokers that leave such clients to other means
   * (password files and the like), so that none of them comes under a device's name.
   */
  CheckClientId: grpc.handleUnaryCall<_deviceauth_v1_CheckClientIdRequest__Output, _deviceauth_v1_CheckClientIdResponse>;
  
  /**
   * The device disconnected. Closing an unknown token is not an error.
   */
  CloseClientDeviceSession: grpc.handleUnaryCall<_deviceauth_v1_CloseClientDeviceSessionRequest__Output, _deviceauth_v1_CloseClientDeviceSessionResponse>;
  
  /**
   * Authenticates a device for one client id and opens a session. The broker must have
   * finished a TLS handshake in which the peer proved possession of the certificate's key.
   * The verification goes on if the caller gives up waiting: its next attempt finds the answer.
   */
  GetClientDeviceAuthToken: grpc.handleUnaryCall<_deviceauth_v1_GetClientDeviceAuthTokenRequest__Output, _deviceauth_v1_GetClientDeviceAuthTokenResponse>;
  
  /**
   * The grants behind a grant set id. Ids are content hashes: an answer may be kept for ever.
   */
  GetGrantSet: grpc.handleUnaryCall<_deviceauth_v1_GetGrantSetRequest__Output, _deviceauth_v1_GetGrantSetResponse>;
  
  /**
   * The broker's server certificate, now and at every rotation.
   */
  SubscribeToCertificateUpdates: grpc.handleServerStreamingCall<_deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output, _deviceauth_v1_CertificateUpdateEvent>;
  
  /**
   * One per plugin. Up: the tokens the caller holds, then what it used. Down: a snapshot of
   * what is true of each, then changes, ends and heartbeats. See SessionUpdate.
   */
  SubscribeToSessionUpdates: grpc.handleBidiStreamingCall<_deviceauth_v1_SessionUpdatesRequest__Output, _deviceauth_v1_SessionUpdate>;
  
  /**
   * Is this certificate one of an active device? Asked by brokers that let the daemon decide
   * during the TLS handshake. No session is made and no attachment is looked at. Never an error
   * for a bad certificate: the answer is false.
   */
  VerifyClientDeviceIdentity: grpc.handleUnaryCall<_deviceauth_v1_VerifyClientDeviceIdentityRequest__Output, _deviceauth_v1_VerifyClientDeviceIdentityResponse>;
  
}

export interface DeviceAuthDefinition extends grpc.ServiceDefinition {
  AuthorizeClientDeviceAction: MethodDefinition<_deviceauth_v1_AuthorizeClientDeviceActionRequest, _deviceauth_v1_AuthorizeClientDeviceActionResponse, _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output, _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>
  AuthorizeClientDeviceActions: MethodDefinition<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsResponse, _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>
  CheckClientId: MethodDefinition<_deviceauth_v1_CheckClientIdRequest, _deviceauth_v1_CheckClientIdResponse, _deviceauth_v1_CheckClientIdRequest__Output, _deviceauth_v1_CheckClientIdResponse__Output>
  CloseClientDeviceSession: MethodDefinition<_deviceauth_v1_CloseClientDeviceSessionRequest, _deviceauth_v1_CloseClientDeviceSessionResponse, _deviceauth_v1_CloseClientDeviceSessionRequest__Output, _deviceauth_v1_CloseClientDeviceSessionResponse__Output>
  GetClientDeviceAuthToken: MethodDefinition<_deviceauth_v1_GetClientDeviceAuthTokenRequest, _deviceauth_v1_GetClientDeviceAuthTokenResponse, _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output, _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>
  GetGrantSet: MethodDefinition<_deviceauth_v1_GetGrantSetRequest, _deviceauth_v1_GetGrantSetResponse, _deviceauth_v1_GetGrantSetRequest__Output, _deviceauth_v1_GetGrantSetResponse__Output>
  SubscribeToCertificateUpdates: MethodDefinition<_deviceauth_v1_SubscribeToCertificateUpdatesRequest, _deviceauth_v1_CertificateUpdateEvent, _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output, _deviceauth_v1_CertificateUpdateEvent__Output>
  SubscribeToSessionUpdates: MethodDefinition<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdate, _deviceauth_v1_SessionUpdatesRequest__Output, _deviceauth_v1_SessionUpdate__Output>
  VerifyClientDeviceIdentity: MethodDefinition<_deviceauth_v1_VerifyClientDeviceIdentityRequest, _deviceauth_v1_VerifyClientDeviceIdentityResponse, _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output, _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>
}
