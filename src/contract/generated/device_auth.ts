import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AuthorizationResult as _deviceauth_v1_AuthorizationResult, AuthorizationResult__Output as _deviceauth_v1_AuthorizationResult__Output } from './deviceauth/v1/AuthorizationResult.ts';
import type { AuthorizeClientDeviceActionRequest as _deviceauth_v1_AuthorizeClientDeviceActionRequest, AuthorizeClientDeviceActionRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output } from './deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { AuthorizeClientDeviceActionResponse as _deviceauth_v1_AuthorizeClientDeviceActionResponse, AuthorizeClientDeviceActionResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output } from './deviceauth/v1/AuthorizeClientDeviceActionResponse.ts';
import type { AuthorizeClientDeviceActionsRequest as _deviceauth_v1_AuthorizeClientDeviceActionsRequest, AuthorizeClientDeviceActionsRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output } from './deviceauth/v1/AuthorizeClientDeviceActionsRequest.ts';
import type { AuthorizeClientDeviceActionsResponse as _deviceauth_v1_AuthorizeClientDeviceActionsResponse, AuthorizeClientDeviceActionsResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output } from './deviceauth/v1/AuthorizeClientDeviceActionsResponse.ts';
import type { CertificateOptions as _deviceauth_v1_CertificateOptions, CertificateOptions__Output as _deviceauth_v1_CertificateOptions__Output } from './deviceauth/v1/CertificateOptions.ts';
import type { CertificateUpdate as _deviceauth_v1_CertificateUpdate, CertificateUpdate__Output as _deviceauth_v1_CertificateUpdate__Output } from './deviceauth/v1/CertificateUpdate.ts';
import type { CertificateUpdateEvent as _deviceauth_v1_CertificateUpdateEvent, CertificateUpdateEvent__Output as _deviceauth_v1_CertificateUpdateEvent__Output } from './deviceauth/v1/CertificateUpdateEvent.ts';
import type { CheckClientIdRequest as _deviceauth_v1_CheckClientIdRequest, CheckClientIdRequest__Output as _deviceauth_v1_CheckClientIdRequest__Output } from './deviceauth/v1/CheckClientIdRequest.ts';
import type { CheckClientIdResponse as _deviceauth_v1_CheckClientIdResponse, CheckClientIdResponse__Output as _deviceauth_v1_CheckClientIdResponse__Output } from './deviceauth/v1/CheckClientIdResponse.ts';
import type { ClientDeviceCredential as _deviceauth_v1_ClientDeviceCredential, ClientDeviceCredential__Output as _deviceauth_v1_ClientDeviceCredential__Output } from './deviceauth/v1/ClientDeviceCredential.ts';
import type { CloseClientDeviceSessionRequest as _deviceauth_v1_CloseClientDeviceSessionRequest, CloseClientDeviceSessionRequest__Output as _deviceauth_v1_CloseClientDeviceSessionRequest__Output } from './deviceauth/v1/CloseClientDeviceSessionRequest.ts';
import type { CloseClientDeviceSessionResponse as _deviceauth_v1_CloseClientDeviceSessionResponse, CloseClientDeviceSessionResponse__Output as _deviceauth_v1_CloseClientDeviceSessionResponse__Output } from './deviceauth/v1/CloseClientDeviceSessionResponse.ts';
import type { ClosedTokens as _deviceauth_v1_ClosedTokens, ClosedTokens__Output as _deviceauth_v1_ClosedTokens__Output } from './deviceauth/v1/ClosedTokens.ts';
import type { CredentialDocument as _deviceauth_v1_CredentialDocument, CredentialDocument__Output as _deviceauth_v1_CredentialDocument__Output } from './deviceauth/v1/CredentialDocument.ts';
import type { DeviceAuthClient as _deviceauth_v1_DeviceAuthClient, DeviceAuthDefinition as _deviceauth_v1_DeviceAuthDefinition } from './deviceauth/v1/DeviceAuth.ts';
import type { GetClientDeviceAuthTokenRequest as _deviceauth_v1_GetClientDeviceAuthTokenRequest, GetClientDeviceAuthTokenRequest__Output as _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output } from './deviceauth/v1/GetClientDeviceAuthTokenRequest.ts';
import type { GetClientDeviceAuthTokenResponse as _deviceauth_v1_GetClientDeviceAuthTokenResponse, GetClientDeviceAuthTokenResponse__Output as _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output } from './deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { GetGrantSetRequest as _deviceauth_v1_GetGrantSetRequest, GetGrantSetRequest__Output as _deviceauth_v1_GetGrantSetRequest__Output } from './deviceauth/v1/GetGrantSetRequest.ts';
import type { GetGrantSetResponse as _deviceauth_v1_GetGrantSetResponse, GetGrantSetResponse__Output as _deviceauth_v1_GetGrantSetResponse__Output } from './deviceauth/v1/GetGrantSetResponse.ts';
import type { Grant as _deviceauth_v1_Grant, Grant__Output as _deviceauth_v1_Grant__Output } from './deviceauth/v1/Grant.ts';
import type { GrantSet as _deviceauth_v1_GrantSet, GrantSet__Output as _deviceauth_v1_GrantSet__Output } from './deviceauth/v1/GrantSet.ts';
import type { GrantSetAdded as _deviceauth_v1_GrantSetAdded, GrantSetAdded__Output as _deviceauth_v1_GrantSetAdded__Output } from './deviceauth/v1/GrantSetAdded.ts';
import type { Heartbeat as _deviceauth_v1_Heartbeat, Heartbeat__Output as _deviceauth_v1_Heartbeat__Output } from './deviceauth/v1/Heartbeat.ts';
import type { HeldTokens as _deviceauth_v1_HeldTokens, HeldTokens__Output as _deviceauth_v1_HeldTokens__Output } from './deviceauth/v1/HeldTokens.ts';
import type { MqttCredential as _deviceauth_v1_MqttCredential, MqttCredential__Output as _deviceauth_v1_MqttCredential__Output } from './deviceauth/v1/MqttCredential.ts';
import type { Pkcs12Options as _deviceauth_v1_Pkcs12Options, Pkcs12Options__Output as _deviceauth_v1_Pkcs12Options__Output } from './deviceauth/v1/Pkcs12Options.ts';
import type { SessionChange as _deviceauth_v1_SessionChange, SessionChange__Output as _deviceauth_v1_SessionChange__Output } from './deviceauth/v1/SessionChange.ts';
import type { SessionGrants as _deviceauth_v1_SessionGrants, SessionGrants__Output as _deviceauth_v1_SessionGrants__Output } from './deviceauth/v1/SessionGrants.ts';
import type { SessionState as _deviceauth_v1_SessionState, SessionState__Output as _deviceauth_v1_SessionState__Output } from './deviceauth/v1/SessionState.ts';
import type { SessionUpdate as _deviceauth_v1_SessionUpdate, SessionUpdate__Output as _deviceauth_v1_SessionUpdate__Output } from './deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest as _deviceauth_v1_SessionUpdatesRequest, SessionUpdatesRequest__Output as _deviceauth_v1_SessionUpdatesRequest__Output } from './deviceauth/v1/SessionUpdatesRequest.ts';
import type { SessionVariables as _deviceauth_v1_SessionVariables, SessionVariables__Output as _deviceauth_v1_SessionVariables__Output } from './deviceauth/v1/SessionVariables.ts';
import type { SessionsChanged as _deviceauth_v1_SessionsChanged, SessionsChanged__Output as _deviceauth_v1_SessionsChanged__Output } from './deviceauth/v1/SessionsChanged.ts';
import type { SessionsEnded as _deviceauth_v1_SessionsEnded, SessionsEnded__Output as _deviceauth_v1_SessionsEnded__Output } from './deviceauth/v1/SessionsEnded.ts';
import type { SessionsSnapshot as _deviceauth_v1_SessionsSnapshot, SessionsSnapshot__Output as _deviceauth_v1_SessionsSnapshot__Output } from './deviceauth/v1/SessionsSnapshot.ts';
import type { SubscribeToCertificateUpdatesRequest as _deviceauth_v1_SubscribeToCertificateUpdatesRequest, SubscribeToCertificateUpdatesRequest__Output as _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output } from './deviceauth/v1/SubscribeToCertificateUpdatesRequest.ts';
import type { TokenUsage as _deviceauth_v1_TokenUsage, TokenUsage__Output as _deviceauth_v1_TokenUsage__Output } from './deviceauth/v1/TokenUsage.ts';
import type { UnansweredCall as _deviceauth_v1_UnansweredCall, UnansweredCall__Output as _deviceauth_v1_UnansweredCall__Output } from './deviceauth/v1/UnansweredCall.ts';
import type { UpdatesHello as _deviceauth_v1_UpdatesHello, UpdatesHello__Output as _deviceauth_v1_UpdatesHello__Output } from './deviceauth/v1/UpdatesHello.ts';
import type { VerifyClientDeviceIdentityRequest as _deviceauth_v1_VerifyClientDeviceIdentityRequest, VerifyClientDeviceIdentityRequest__Output as _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output } from './deviceauth/v1/VerifyClientDeviceIdentityRequest.ts';
import type { VerifyClientDeviceIdentityResponse as _deviceauth_v1_VerifyClientDeviceIdentityResponse, VerifyClientDeviceIdentityResponse__Output as _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output } from './deviceauth/v1/VerifyClientDeviceIdentityResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  deviceauth: {
    v1: {
      AuthorizationResult: MessageTypeDefinition<_deviceauth_v1_AuthorizationResult, _deviceauth_v1_AuthorizationResult__Output>
      AuthorizeClientDeviceActionRequest: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionRequest, _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output>
      AuthorizeClientDeviceActionResponse: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionResponse, _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>
      AuthorizeClientDeviceActionsRequest: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output>
      AuthorizeClientDeviceActionsResponse: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionsResponse, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>
      CertificateOptions: MessageTypeDefinition<_deviceauth_v1_CertificateOptions, _deviceauth_v1_CertificateOptions__Output>
      CertificateType: EnumTypeDefinition
      CertificateUpdate: MessageTypeDefinition<_deviceauth_v1_CertificateUpdate, _deviceauth_v1_CertificateUpdate__Output>
      CertificateUpdateEvent: MessageTypeDefinition<_deviceauth_v1_CertificateUpdateEvent, _deviceauth_v1_CertificateUpdateEvent__Output>
      CheckClientIdRequest: MessageTypeDefinition<_deviceauth_v1_CheckClientIdRequest, _deviceauth_v1_CheckClientIdRequest__Output>
      CheckClientIdResponse: MessageTypeDefinition<_deviceauth_v1_CheckClientIdResponse, _deviceauth_v1_CheckClientIdResponse__Output>
      ClientDeviceCredential: MessageTypeDefinition<_deviceauth_v1_ClientDeviceCredential, _deviceauth_v1_ClientDeviceCredential__Output>
      CloseClientDeviceSessionRequest: MessageTypeDefinition<_deviceauth_v1_CloseClientDeviceSessionRequest, _deviceauth_v1_CloseClientDeviceSessionRequest__Output>
      CloseClientDeviceSessionResponse: MessageTypeDefinition<_deviceauth_v1_CloseClientDeviceSessionResponse, _deviceauth_v1_CloseClientDeviceSessionResponse__Output>
      ClosedTokens: MessageTypeDefinition<_deviceauth_v1_ClosedTokens, _deviceauth_v1_ClosedTokens__Output>
      CredentialDocument: MessageTypeDefinition<_deviceauth_v1_CredentialDocument, _deviceauth_v1_CredentialDocument__Output>
      DeliveryRule: EnumTypeDefinition
      DeviceAuth: SubtypeConstructor<typeof grpc.Client, _deviceauth_v1_DeviceAuthClient> & { service: _deviceauth_v1_DeviceAuthDefinition }
      Effect: EnumTypeDefinition
      EndReason: EnumTypeDefinition
      ErrorReason: EnumTypeDefinition
      GetClientDeviceAuthTokenRequest: MessageTypeDefinition<_deviceauth_v1_GetClientDeviceAuthTokenRequest, _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output>
      GetClientDeviceAuthTokenResponse: MessageTypeDefinition<_deviceauth_v1_GetClientDeviceAuthTokenResponse, _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>
      GetGrantSetRequest: MessageTypeDefinition<_deviceauth_v1_GetGrantSetRequest, _deviceauth_v1_GetGrantSetRequest__Output>
      GetGrantSetResponse: MessageTypeDefinition<_deviceauth_v1_GetGrantSetResponse, _deviceauth_v1_GetGrantSetResponse__Output>
      Grant: MessageTypeDefinition<_deviceauth_v1_Grant, _deviceauth_v1_Grant__Output>
      GrantSet: MessageTypeDefinition<_deviceauth_v1_GrantSet, _deviceauth_v1_GrantSet__Output>
      GrantSetAdded: MessageTypeDefinition<_deviceauth_v1_GrantSetAdded, _deviceauth_v1_GrantSetAdded__Output>
      Heartbeat: MessageTypeDefinition<_deviceauth_v1_Heartbeat, _deviceauth_v1_Heartbeat__Output>
      HeldTokens: MessageTypeDefinition<_deviceauth_v1_HeldTokens, _deviceauth_v1_HeldTokens__Output>
      KeyType: EnumTypeDefinition
      MqttCredential: MessageTypeDefinition<_deviceauth_v1_MqttCredential, _deviceauth_v1_MqttCredential__Output>
      Pkcs12Options: MessageTypeDefinition<_deviceauth_v1_Pkcs12Options, _deviceauth_v1_Pkcs12Options__Output>
      RefusalCategory: EnumTypeDefinition
      RequestRule: EnumTypeDefinition
      SessionChange: MessageTypeDefinition<_deviceauth_v1_SessionChange, _deviceauth_v1_SessionChange__Output>
      SessionGrants: MessageTypeDefinition<_deviceauth_v1_SessionGrants, _deviceauth_v1_SessionGrants__Output>
      SessionState: MessageTypeDefinition<_deviceauth_v1_SessionState, _deviceauth_v1_SessionState__Output>
      SessionUpdate: MessageTypeDefinition<_deviceauth_v1_SessionUpdate, _deviceauth_v1_SessionUpdate__Output>
      SessionUpdatesRequest: MessageTypeDefinition<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdatesRequest__Output>
      SessionVariables: MessageTypeDefinition<_deviceauth_v1_SessionVariables, _deviceauth_v1_SessionVariables__Output>
      SessionsChanged: MessageTypeDefinition<_deviceauth_v1_SessionsChanged, _deviceauth_v1_SessionsChanged__Output>
      SessionsEnded: MessageTypeDefinition<_deviceauth_v1_SessionsEnded, _deviceauth_v1_SessionsEnded__Output>
      SessionsSnapshot: MessageTypeDefinition<_deviceauth_v1_SessionsSnapshot, _deviceauth_v1_SessionsSnapshot__Output>
      SubscribeToCertificateUpdatesRequest: MessageTypeDefinition<_deviceauth_v1_SubscribeToCertificateUpdatesRequest, _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output>
      TokenUsage: MessageTypeDefinition<_deviceauth_v1_TokenUsage, _deviceauth_v1_TokenUsage__Output>
      UnansweredCall: MessageTypeDefinition<_deviceauth_v1_UnansweredCall, _deviceauth_v1_UnansweredCall__Output>
      UpdatesHello: MessageTypeDefinition<_deviceauth_v1_UpdatesHello, _deviceauth_v1_UpdatesHello__Output>
      VerifyClientDeviceIdentityRequest: MessageTypeDefinition<_deviceauth_v1_VerifyClientDeviceIdentityRequest, _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output>
      VerifyClientDeviceIdentityResponse: MessageTypeDefinition<_deviceauth_v1_VerifyClientDeviceIdentityResponse, _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>
    }
  }
}

