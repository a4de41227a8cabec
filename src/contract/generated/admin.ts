import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AcceptClockRequest as _deviceauth_v1_AcceptClockRequest, AcceptClockRequest__Output as _deviceauth_v1_AcceptClockRequest__Output } from './deviceauth/v1/AcceptClockRequest.ts';
import type { AcceptClockResponse as _deviceauth_v1_AcceptClockResponse, AcceptClockResponse__Output as _deviceauth_v1_AcceptClockResponse__Output } from './deviceauth/v1/AcceptClockResponse.ts';
import type { AddComponentRequest as _deviceauth_v1_AddComponentRequest, AddComponentRequest__Output as _deviceauth_v1_AddComponentRequest__Output } from './deviceauth/v1/AddComponentRequest.ts';
import type { AdminClient as _deviceauth_v1_AdminClient, AdminDefinition as _deviceauth_v1_AdminDefinition } from './deviceauth/v1/Admin.ts';
import type { AttachCertificateRequest as _deviceauth_v1_AttachCertificateRequest, AttachCertificateRequest__Output as _deviceauth_v1_AttachCertificateRequest__Output } from './deviceauth/v1/AttachCertificateRequest.ts';
import type { AttachedCertificate as _deviceauth_v1_AttachedCertificate, AttachedCertificate__Output as _deviceauth_v1_AttachedCertificate__Output } from './deviceauth/v1/AttachedCertificate.ts';
import type { AttachedThing as _deviceauth_v1_AttachedThing, AttachedThing__Output as _deviceauth_v1_AttachedThing__Output } from './deviceauth/v1/AttachedThing.ts';
import type { AuthorizationResult as _deviceauth_v1_AuthorizationResult, AuthorizationResult__Output as _deviceauth_v1_AuthorizationResult__Output } from './deviceauth/v1/AuthorizationResult.ts';
import type { AuthorizeClientDeviceActionRequest as _deviceauth_v1_AuthorizeClientDeviceActionRequest, AuthorizeClientDeviceActionRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output } from './deviceauth/v1/AuthorizeClientDeviceActionRequest.ts';
import type { AuthorizeClientDeviceActionResponse as _deviceauth_v1_AuthorizeClientDeviceActionResponse, AuthorizeClientDeviceActionResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output } from './deviceauth/v1/AuthorizeClientDeviceActionResponse.ts';
import type { AuthorizeClientDeviceActionsRequest as _deviceauth_v1_AuthorizeClientDeviceActionsRequest, AuthorizeClientDeviceActionsRequest__Output as _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output } from './deviceauth/v1/AuthorizeClientDeviceActionsRequest.ts';
import type { AuthorizeClientDeviceActionsResponse as _deviceauth_v1_AuthorizeClientDeviceActionsResponse, AuthorizeClientDeviceActionsResponse__Output as _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output } from './deviceauth/v1/AuthorizeClientDeviceActionsResponse.ts';
import type { BreakerStatus as _deviceauth_v1_BreakerStatus, BreakerStatus__Output as _deviceauth_v1_BreakerStatus__Output } from './deviceauth/v1/BreakerStatus.ts';
import type { BrokerStatus as _deviceauth_v1_BrokerStatus, BrokerStatus__Output as _deviceauth_v1_BrokerStatus__Output } from './deviceauth/v1/BrokerStatus.ts';
import type { Certificate as _deviceauth_v1_Certificate, Certificate__Output as _deviceauth_v1_Certificate__Output } from './deviceauth/v1/Certificate.ts';
import type { CertificateOptions as _deviceauth_v1_CertificateOptions, CertificateOptions__Output as _deviceauth_v1_CertificateOptions__Output } from './deviceauth/v1/CertificateOptions.ts';
import type { CertificateUpdate as _deviceauth_v1_CertificateUpdate, CertificateUpdate__Output as _deviceauth_v1_CertificateUpdate__Output } from './deviceauth/v1/CertificateUpdate.ts';
import type { CertificateUpdateEvent as _deviceauth_v1_CertificateUpdateEvent, CertificateUpdateEvent__Output as _deviceauth_v1_CertificateUpdateEvent__Output } from './deviceauth/v1/CertificateUpdateEvent.ts';
import type { CheckClientIdRequest as _deviceauth_v1_CheckClientIdRequest, CheckClientIdRequest__Output as _deviceauth_v1_CheckClientIdRequest__Output } from './deviceauth/v1/CheckClientIdRequest.ts';
import type { CheckClientIdResponse as _deviceauth_v1_CheckClientIdResponse, CheckClientIdResponse__Output as _deviceauth_v1_CheckClientIdResponse__Output } from './deviceauth/v1/CheckClientIdResponse.ts';
import type { ClientDeviceCredential as _deviceauth_v1_ClientDeviceCredential, ClientDeviceCredential__Output as _deviceauth_v1_ClientDeviceCredential__Output } from './deviceauth/v1/ClientDeviceCredential.ts';
import type { ClockStatus as _deviceauth_v1_ClockStatus, ClockStatus__Output as _deviceauth_v1_ClockStatus__Output } from './deviceauth/v1/ClockStatus.ts';
import type { CloseClientDeviceSessionRequest as _deviceauth_v1_CloseClientDeviceSessionRequest, CloseClientDeviceSessionRequest__Output as _deviceauth_v1_CloseClientDeviceSessionRequest__Output } from './deviceauth/v1/CloseClientDeviceSessionRequest.ts';
import type { CloseClientDeviceSessionResponse as _deviceauth_v1_CloseClientDeviceSessionResponse, CloseClientDeviceSessionResponse__Output as _deviceauth_v1_CloseClientDeviceSessionResponse__Output } from './deviceauth/v1/CloseClientDeviceSessionResponse.ts';
import type { ClosedTokens as _deviceauth_v1_ClosedTokens, ClosedTokens__Output as _deviceauth_v1_ClosedTokens__Output } from './deviceauth/v1/ClosedTokens.ts';
import type { CloudJob as _deviceauth_v1_CloudJob, CloudJob__Output as _deviceauth_v1_CloudJob__Output } from './deviceauth/v1/CloudJob.ts';
import type { CloudOperation as _deviceauth_v1_CloudOperation, CloudOperation__Output as _deviceauth_v1_CloudOperation__Output } from './deviceauth/v1/CloudOperation.ts';
import type { CloudStatus as _deviceauth_v1_CloudStatus, CloudStatus__Output as _deviceauth_v1_CloudStatus__Output } from './deviceauth/v1/CloudStatus.ts';
import type { CloudTrouble as _deviceauth_v1_CloudTrouble, CloudTrouble__Output as _deviceauth_v1_CloudTrouble__Output } from './deviceauth/v1/CloudTrouble.ts';
import type { Component as _deviceauth_v1_Component, Component__Output as _deviceauth_v1_Component__Output } from './deviceauth/v1/Component.ts';
import type { ComponentToken as _deviceauth_v1_ComponentToken, ComponentToken__Output as _deviceauth_v1_ComponentToken__Output } from './deviceauth/v1/ComponentToken.ts';
import type { ConfigurationProblem as _deviceauth_v1_ConfigurationProblem, ConfigurationProblem__Output as _deviceauth_v1_ConfigurationProblem__Output } from './deviceauth/v1/ConfigurationProblem.ts';
import type { CreateDeviceCaRequest as _deviceauth_v1_CreateDeviceCaRequest, CreateDeviceCaRequest__Output as _deviceauth_v1_CreateDeviceCaRequest__Output } from './deviceauth/v1/CreateDeviceCaRequest.ts';
import type { CreateThingRequest as _deviceauth_v1_CreateThingRequest, CreateThingRequest__Output as _deviceauth_v1_CreateThingRequest__Output } from './deviceauth/v1/CreateThingRequest.ts';
import type { CredentialDocument as _deviceauth_v1_CredentialDocument, CredentialDocument__Output as _deviceauth_v1_CredentialDocument__Output } from './deviceauth/v1/CredentialDocument.ts';
import type { DecidingStatement as _deviceauth_v1_DecidingStatement, DecidingStatement__Output as _deviceauth_v1_DecidingStatement__Output } from './deviceauth/v1/DecidingStatement.ts';
import type { DeleteCertificateRequest as _deviceauth_v1_DeleteCertificateRequest, DeleteCertificateRequest__Output as _deviceauth_v1_DeleteCertificateRequest__Output } from './deviceauth/v1/DeleteCertificateRequest.ts';
import type { DeleteCertificateResponse as _deviceauth_v1_DeleteCertificateResponse, DeleteCertificateResponse__Output as _deviceauth_v1_DeleteCertificateResponse__Output } from './deviceauth/v1/DeleteCertificateResponse.ts';
import type { DeleteThingRequest as _deviceauth_v1_DeleteThingRequest, DeleteThingRequest__Output as _deviceauth_v1_DeleteThingRequest__Output } from './deviceauth/v1/DeleteThingRequest.ts';
import type { DeleteThingResponse as _deviceauth_v1_DeleteThingResponse, DeleteThingResponse__Output as _deviceauth_v1_DeleteThingResponse__Output } from './deviceauth/v1/DeleteThingResponse.ts';
import type { DetachCertificateRequest as _deviceauth_v1_DetachCertificateRequest, DetachCertificateRequest__Output as _deviceauth_v1_DetachCertificateRequest__Output } from './deviceauth/v1/DetachCertificateRequest.ts';
import type { DeviceAuthClient as _deviceauth_v1_DeviceAuthClient, DeviceAuthDefinition as _deviceauth_v1_DeviceAuthDefinition } from './deviceauth/v1/DeviceAuth.ts';
import type { DeviceCa as _deviceauth_v1_DeviceCa, DeviceCa__Output as _deviceauth_v1_DeviceCa__Output } from './deviceauth/v1/DeviceCa.ts';
import type { DiagnoseRequest as _deviceauth_v1_DiagnoseRequest, DiagnoseRequest__Output as _deviceauth_v1_DiagnoseRequest__Output } from './deviceauth/v1/DiagnoseRequest.ts';
import type { DiagnosticCheck as _deviceauth_v1_DiagnosticCheck, DiagnosticCheck__Output as _deviceauth_v1_DiagnosticCheck__Output } from './deviceauth/v1/DiagnosticCheck.ts';
import type { ExplainRequest as _deviceauth_v1_ExplainRequest, ExplainRequest__Output as _deviceauth_v1_ExplainRequest__Output } from './deviceauth/v1/ExplainRequest.ts';
import type { ExplainResponse as _deviceauth_v1_ExplainResponse, ExplainResponse__Output as _deviceauth_v1_ExplainResponse__Output } from './deviceauth/v1/ExplainResponse.ts';
import type { ExportStateRequest as _deviceauth_v1_ExportStateRequest, ExportStateRequest__Output as _deviceauth_v1_ExportStateRequest__Output } from './deviceauth/v1/ExportStateRequest.ts';
import type { Finding as _deviceauth_v1_Finding, Finding__Output as _deviceauth_v1_Finding__Output } from './deviceauth/v1/Finding.ts';
import type { GetCertificateRequest as _deviceauth_v1_GetCertificateRequest, GetCertificateRequest__Output as _deviceauth_v1_GetCertificateRequest__Output } from './deviceauth/v1/GetCertificateRequest.ts';
import type { GetClientDeviceAuthTokenRequest as _deviceauth_v1_GetClientDeviceAuthTokenRequest, GetClientDeviceAuthTokenRequest__Output as _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output } from './deviceauth/v1/GetClientDeviceAuthTokenRequest.ts';
import type { GetClientDeviceAuthTokenResponse as _deviceauth_v1_GetClientDeviceAuthTokenResponse, GetClientDeviceAuthTokenResponse__Output as _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output } from './deviceauth/v1/GetClientDeviceAuthTokenResponse.ts';
import type { GetCloudStatusRequest as _deviceauth_v1_GetCloudStatusRequest, GetCloudStatusRequest__Output as _deviceauth_v1_GetCloudStatusRequest__Output } from './deviceauth/v1/GetCloudStatusRequest.ts';
import type { GetConfigurationRequest as _deviceauth_v1_GetConfigurationRequest, GetConfigurationRequest__Output as _deviceauth_v1_GetConfigurationRequest__Output } from './deviceauth/v1/GetConfigurationRequest.ts';
import type { GetConfigurationResponse as _deviceauth_v1_GetConfigurationResponse, GetConfigurationResponse__Output as _deviceauth_v1_GetConfigurationResponse__Output } from './deviceauth/v1/GetConfigurationResponse.ts';
import type { GetGrantSetRequest as _deviceauth_v1_GetGrantSetRequest, GetGrantSetRequest__Output as _deviceauth_v1_GetGrantSetRequest__Output } from './deviceauth/v1/GetGrantSetRequest.ts';
import type { GetGrantSetResponse as _deviceauth_v1_GetGrantSetResponse, GetGrantSetResponse__Output as _deviceauth_v1_GetGrantSetResponse__Output } from './deviceauth/v1/GetGrantSetResponse.ts';
import type { GetServerCaRequest as _deviceauth_v1_GetServerCaRequest, GetServerCaRequest__Output as _deviceauth_v1_GetServerCaRequest__Output } from './deviceauth/v1/GetServerCaRequest.ts';
import type { GetStatusRequest as _deviceauth_v1_GetStatusRequest, GetStatusRequest__Output as _deviceauth_v1_GetStatusRequest__Output } from './deviceauth/v1/GetStatusRequest.ts';
import type { GetStatusResponse as _deviceauth_v1_GetStatusResponse, GetStatusResponse__Output as _deviceauth_v1_GetStatusResponse__Output } from './deviceauth/v1/GetStatusResponse.ts';
import type { GetThingRequest as _deviceauth_v1_GetThingRequest, GetThingRequest__Output as _deviceauth_v1_GetThingRequest__Output } from './deviceauth/v1/GetThingRequest.ts';
import type { Grant as _deviceauth_v1_Grant, Grant__Output as _deviceauth_v1_Grant__Output } from './deviceauth/v1/Grant.ts';
import type { GrantSet as _deviceauth_v1_GrantSet, GrantSet__Output as _deviceauth_v1_GrantSet__Output } from './deviceauth/v1/GrantSet.ts';
import type { GrantSetAdded as _deviceauth_v1_GrantSetAdded, GrantSetAdded__Output as _deviceauth_v1_GrantSetAdded__Output } from './deviceauth/v1/GrantSetAdded.ts';
import type { Heartbeat as _deviceauth_v1_Heartbeat, Heartbeat__Output as _deviceauth_v1_Heartbeat__Output } from './deviceauth/v1/Heartbeat.ts';
import type { HeldTokens as _deviceauth_v1_HeldTokens, HeldTokens__Output as _deviceauth_v1_HeldTokens__Output } from './deviceauth/v1/HeldTokens.ts';
import type { HostAddress as _deviceauth_v1_HostAddress, HostAddress__Output as _deviceauth_v1_HostAddress__Output } from './deviceauth/v1/HostAddress.ts';
import type { ImportItem as _deviceauth_v1_ImportItem, ImportItem__Output as _deviceauth_v1_ImportItem__Output } from './deviceauth/v1/ImportItem.ts';
import type { ImportOptions as _deviceauth_v1_ImportOptions, ImportOptions__Output as _deviceauth_v1_ImportOptions__Output } from './deviceauth/v1/ImportOptions.ts';
import type { ImportResult as _deviceauth_v1_ImportResult, ImportResult__Output as _deviceauth_v1_ImportResult__Output } from './deviceauth/v1/ImportResult.ts';
import type { ImportStateRequest as _deviceauth_v1_ImportStateRequest, ImportStateRequest__Output as _deviceauth_v1_ImportStateRequest__Output } from './deviceauth/v1/ImportStateRequest.ts';
import type { ImportStateResponse as _deviceauth_v1_ImportStateResponse, ImportStateResponse__Output as _deviceauth_v1_ImportStateResponse__Output } from './deviceauth/v1/ImportStateResponse.ts';
import type { IssueCertificateRequest as _deviceauth_v1_IssueCertificateRequest, IssueCertificateRequest__Output as _deviceauth_v1_IssueCertificateRequest__Output } from './deviceauth/v1/IssueCertificateRequest.ts';
import type { IssueCertificateResponse as _deviceauth_v1_IssueCertificateResponse, IssueCertificateResponse__Output as _deviceauth_v1_IssueCertificateResponse__Output } from './deviceauth/v1/IssueCertificateResponse.ts';
import type { LatencyBucket as _deviceauth_v1_LatencyBucket, LatencyBucket__Output as _deviceauth_v1_LatencyBucket__Output } from './deviceauth/v1/LatencyBucket.ts';
import type { ListCertificatesRequest as _deviceauth_v1_ListCertificatesRequest, ListCertificatesRequest__Output as _deviceauth_v1_ListCertificatesRequest__Output } from './deviceauth/v1/ListCertificatesRequest.ts';
import type { ListCertificatesResponse as _deviceauth_v1_ListCertificatesResponse, ListCertificatesResponse__Output as _deviceauth_v1_ListCertificatesResponse__Output } from './deviceauth/v1/ListCertificatesResponse.ts';
import type { ListComponentsRequest as _deviceauth_v1_ListComponentsRequest, ListComponentsRequest__Output as _deviceauth_v1_ListComponentsRequest__Output } from './deviceauth/v1/ListComponentsRequest.ts';
import type { ListComponentsResponse as _deviceauth_v1_ListComponentsResponse, ListComponentsResponse__Output as _deviceauth_v1_ListComponentsResponse__Output } from './deviceauth/v1/ListComponentsResponse.ts';
import type { ListDeviceCasRequest as _deviceauth_v1_ListDeviceCasRequest, ListDeviceCasRequest__Output as _deviceauth_v1_ListDeviceCasRequest__Output } from './deviceauth/v1/ListDeviceCasRequest.ts';
import type { ListDeviceCasResponse as _deviceauth_v1_ListDeviceCasResponse, ListDeviceCasResponse__Output as _deviceauth_v1_ListDeviceCasResponse__Output } from './deviceauth/v1/ListDeviceCasResponse.ts';
import type { ListRefusalsRequest as _deviceauth_v1_ListRefusalsRequest, ListRefusalsRequest__Output as _deviceauth_v1_ListRefusalsRequest__Output } from './deviceauth/v1/ListRefusalsRequest.ts';
import type { ListRefusalsResponse as _deviceauth_v1_ListRefusalsResponse, ListRefusalsResponse__Output as _deviceauth_v1_ListRefusalsResponse__Output } from './deviceauth/v1/ListRefusalsResponse.ts';
import type { ListServerCertificatesRequest as _deviceauth_v1_ListServerCertificatesRequest, ListServerCertificatesRequest__Output as _deviceauth_v1_ListServerCertificatesRequest__Output } from './deviceauth/v1/ListServerCertificatesRequest.ts';
import type { ListServerCertificatesResponse as _deviceauth_v1_ListServerCertificatesResponse, ListServerCertificatesResponse__Output as _deviceauth_v1_ListServerCertificatesResponse__Output } from './deviceauth/v1/ListServerCertificatesResponse.ts';
import type { ListSessionsRequest as _deviceauth_v1_ListSessionsRequest, ListSessionsRequest__Output as _deviceauth_v1_ListSessionsRequest__Output } from './deviceauth/v1/ListSessionsRequest.ts';
import type { ListSessionsResponse as _deviceauth_v1_ListSessionsResponse, ListSessionsResponse__Output as _deviceauth_v1_ListSessionsResponse__Output } from './deviceauth/v1/ListSessionsResponse.ts';
import type { ListThingsRequest as _deviceauth_v1_ListThingsRequest, ListThingsRequest__Output as _deviceauth_v1_ListThingsRequest__Output } from './deviceauth/v1/ListThingsRequest.ts';
import type { ListThingsResponse as _deviceauth_v1_ListThingsResponse, ListThingsResponse__Output as _deviceauth_v1_ListThingsResponse__Output } from './deviceauth/v1/ListThingsResponse.ts';
import type { ListenerStatus as _deviceauth_v1_ListenerStatus, ListenerStatus__Output as _deviceauth_v1_ListenerStatus__Output } from './deviceauth/v1/ListenerStatus.ts';
import type { MqttCredential as _deviceauth_v1_MqttCredential, MqttCredential__Output as _deviceauth_v1_MqttCredential__Output } from './deviceauth/v1/MqttCredential.ts';
import type { NearMiss as _deviceauth_v1_NearMiss, NearMiss__Output as _deviceauth_v1_NearMiss__Output } from './deviceauth/v1/NearMiss.ts';
import type { NetworkStatus as _deviceauth_v1_NetworkStatus, NetworkStatus__Output as _deviceauth_v1_NetworkStatus__Output } from './deviceauth/v1/NetworkStatus.ts';
import type { Pkcs12Options as _deviceauth_v1_Pkcs12Options, Pkcs12Options__Output as _deviceauth_v1_Pkcs12Options__Output } from './deviceauth/v1/Pkcs12Options.ts';
import type { QueueStatus as _deviceauth_v1_QueueStatus, QueueStatus__Output as _deviceauth_v1_QueueStatus__Output } from './deviceauth/v1/QueueStatus.ts';
import type { RefreshCloudRequest as _deviceauth_v1_RefreshCloudRequest, RefreshCloudRequest__Output as _deviceauth_v1_RefreshCloudRequest__Output } from './deviceauth/v1/RefreshCloudRequest.ts';
import type { Refusal as _deviceauth_v1_Refusal, Refusal__Output as _deviceauth_v1_Refusal__Output } from './deviceauth/v1/Refusal.ts';
import type { RegisterCertificateRequest as _deviceauth_v1_RegisterCertificateRequest, RegisterCertificateRequest__Output as _deviceauth_v1_RegisterCertificateRequest__Output } from './deviceauth/v1/RegisterCertificateRequest.ts';
import type { RegisterDeviceCaRequest as _deviceauth_v1_RegisterDeviceCaRequest, RegisterDeviceCaRequest__Output as _deviceauth_v1_RegisterDeviceCaRequest__Output } from './deviceauth/v1/RegisterDeviceCaRequest.ts';
import type { RegistryStatus as _deviceauth_v1_RegistryStatus, RegistryStatus__Output as _deviceauth_v1_RegistryStatus__Output } from './deviceauth/v1/RegistryStatus.ts';
import type { ReloadConfigurationRequest as _deviceauth_v1_ReloadConfigurationRequest, ReloadConfigurationRequest__Output as _deviceauth_v1_ReloadConfigurationRequest__Output } from './deviceauth/v1/ReloadConfigurationRequest.ts';
import type { RemoveComponentRequest as _deviceauth_v1_RemoveComponentRequest, RemoveComponentRequest__Output as _deviceauth_v1_RemoveComponentRequest__Output } from './deviceauth/v1/RemoveComponentRequest.ts';
import type { RemoveComponentResponse as _deviceauth_v1_RemoveComponentResponse, RemoveComponentResponse__Output as _deviceauth_v1_RemoveComponentResponse__Output } from './deviceauth/v1/RemoveComponentResponse.ts';
import type { RemoveDeviceCaRequest as _deviceauth_v1_RemoveDeviceCaRequest, RemoveDeviceCaRequest__Output as _deviceauth_v1_RemoveDeviceCaRequest__Output } from './deviceauth/v1/RemoveDeviceCaRequest.ts';
import type { RemoveDeviceCaResponse as _deviceauth_v1_RemoveDeviceCaResponse, RemoveDeviceCaResponse__Output as _deviceauth_v1_RemoveDeviceCaResponse__Output } from './deviceauth/v1/RemoveDeviceCaResponse.ts';
import type { RenewComponentTokenRequest as _deviceauth_v1_RenewComponentTokenRequest, RenewComponentTokenRequest__Output as _deviceauth_v1_RenewComponentTokenRequest__Output } from './deviceauth/v1/RenewComponentTokenRequest.ts';
import type { RevokeSessionsRequest as _deviceauth_v1_RevokeSessionsRequest, RevokeSessionsRequest__Output as _deviceauth_v1_RevokeSessionsRequest__Output } from './deviceauth/v1/RevokeSessionsRequest.ts';
import type { RevokeSessionsResponse as _deviceauth_v1_RevokeSessionsResponse, RevokeSessionsResponse__Output as _deviceauth_v1_RevokeSessionsResponse__Output } from './deviceauth/v1/RevokeSessionsResponse.ts';
import type { RotateServerCaRequest as _deviceauth_v1_RotateServerCaRequest, RotateServerCaRequest__Output as _deviceauth_v1_RotateServerCaRequest__Output } from './deviceauth/v1/RotateServerCaRequest.ts';
import type { RotateServerCertificatesRequest as _deviceauth_v1_RotateServerCertificatesRequest, RotateServerCertificatesRequest__Output as _deviceauth_v1_RotateServerCertificatesRequest__Output } from './deviceauth/v1/RotateServerCertificatesRequest.ts';
import type { ServerCa as _deviceauth_v1_ServerCa, ServerCa__Output as _deviceauth_v1_ServerCa__Output } from './deviceauth/v1/ServerCa.ts';
import type { ServerCaCertificate as _deviceauth_v1_ServerCaCertificate, ServerCaCertificate__Output as _deviceauth_v1_ServerCaCertificate__Output } from './deviceauth/v1/ServerCaCertificate.ts';
import type { ServerCertificate as _deviceauth_v1_ServerCertificate, ServerCertificate__Output as _deviceauth_v1_ServerCertificate__Output } from './deviceauth/v1/ServerCertificate.ts';
import type { Session as _deviceauth_v1_Session, Session__Output as _deviceauth_v1_Session__Output } from './deviceauth/v1/Session.ts';
import type { SessionChange as _deviceauth_v1_SessionChange, SessionChange__Output as _deviceauth_v1_SessionChange__Output } from './deviceauth/v1/SessionChange.ts';
import type { SessionGrants as _deviceauth_v1_SessionGrants, SessionGrants__Output as _deviceauth_v1_SessionGrants__Output } from './deviceauth/v1/SessionGrants.ts';
import type { SessionState as _deviceauth_v1_SessionState, SessionState__Output as _deviceauth_v1_SessionState__Output } from './deviceauth/v1/SessionState.ts';
import type { SessionStatus as _deviceauth_v1_SessionStatus, SessionStatus__Output as _deviceauth_v1_SessionStatus__Output } from './deviceauth/v1/SessionStatus.ts';
import type { SessionUpdate as _deviceauth_v1_SessionUpdate, SessionUpdate__Output as _deviceauth_v1_SessionUpdate__Output } from './deviceauth/v1/SessionUpdate.ts';
import type { SessionUpdatesRequest as _deviceauth_v1_SessionUpdatesRequest, SessionUpdatesRequest__Output as _deviceauth_v1_SessionUpdatesRequest__Output } from './deviceauth/v1/SessionUpdatesRequest.ts';
import type { SessionVariables as _deviceauth_v1_SessionVariables, SessionVariables__Output as _deviceauth_v1_SessionVariables__Output } from './deviceauth/v1/SessionVariables.ts';
import type { SessionsChanged as _deviceauth_v1_SessionsChanged, SessionsChanged__Output as _deviceauth_v1_SessionsChanged__Output } from './deviceauth/v1/SessionsChanged.ts';
import type { SessionsEnded as _deviceauth_v1_SessionsEnded, SessionsEnded__Output as _deviceauth_v1_SessionsEnded__Output } from './deviceauth/v1/SessionsEnded.ts';
import type { SessionsSnapshot as _deviceauth_v1_SessionsSnapshot, SessionsSnapshot__Output as _deviceauth_v1_SessionsSnapshot__Output } from './deviceauth/v1/SessionsSnapshot.ts';
import type { SetCertificateStatusRequest as _deviceauth_v1_SetCertificateStatusRequest, SetCertificateStatusRequest__Output as _deviceauth_v1_SetCertificateStatusRequest__Output } from './deviceauth/v1/SetCertificateStatusRequest.ts';
import type { SetComponentOperationsRequest as _deviceauth_v1_SetComponentOperationsRequest, SetComponentOperationsRequest__Output as _deviceauth_v1_SetComponentOperationsRequest__Output } from './deviceauth/v1/SetComponentOperationsRequest.ts';
import type { StateChunk as _deviceauth_v1_StateChunk, StateChunk__Output as _deviceauth_v1_StateChunk__Output } from './deviceauth/v1/StateChunk.ts';
import type { SubscribeToCertificateUpdatesRequest as _deviceauth_v1_SubscribeToCertificateUpdatesRequest, SubscribeToCertificateUpdatesRequest__Output as _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output } from './deviceauth/v1/SubscribeToCertificateUpdatesRequest.ts';
import type { Thing as _deviceauth_v1_Thing, Thing__Output as _deviceauth_v1_Thing__Output } from './deviceauth/v1/Thing.ts';
import type { TokenUsage as _deviceauth_v1_TokenUsage, TokenUsage__Output as _deviceauth_v1_TokenUsage__Output } from './deviceauth/v1/TokenUsage.ts';
import type { TroubleCount as _deviceauth_v1_TroubleCount, TroubleCount__Output as _deviceauth_v1_TroubleCount__Output } from './deviceauth/v1/TroubleCount.ts';
import type { UnansweredCall as _deviceauth_v1_UnansweredCall, UnansweredCall__Output as _deviceauth_v1_UnansweredCall__Output } from './deviceauth/v1/UnansweredCall.ts';
import type { UpdateConnectivityInfoRequest as _deviceauth_v1_UpdateConnectivityInfoRequest, UpdateConnectivityInfoRequest__Output as _deviceauth_v1_UpdateConnectivityInfoRequest__Output } from './deviceauth/v1/UpdateConnectivityInfoRequest.ts';
import type { UpdateConnectivityInfoResponse as _deviceauth_v1_UpdateConnectivityInfoResponse, UpdateConnectivityInfoResponse__Output as _deviceauth_v1_UpdateConnectivityInfoResponse__Output } from './deviceauth/v1/UpdateConnectivityInfoResponse.ts';
import type { UpdateThingRequest as _deviceauth_v1_UpdateThingRequest, UpdateThingRequest__Output as _deviceauth_v1_UpdateThingRequest__Output } from './deviceauth/v1/UpdateThingRequest.ts';
import type { UpdatesHello as _deviceauth_v1_UpdatesHello, UpdatesHello__Output as _deviceauth_v1_UpdatesHello__Output } from './deviceauth/v1/UpdatesHello.ts';
import type { VerifyClientDeviceIdentityRequest as _deviceauth_v1_VerifyClientDeviceIdentityRequest, VerifyClientDeviceIdentityRequest__Output as _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output } from './deviceauth/v1/VerifyClientDeviceIdentityRequest.ts';
import type { VerifyClientDeviceIdentityResponse as _deviceauth_v1_VerifyClientDeviceIdentityResponse, VerifyClientDeviceIdentityResponse__Output as _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output } from './deviceauth/v1/VerifyClientDeviceIdentityResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  deviceauth: {
    v1: {
      AcceptClockRequest: MessageTypeDefinition<_deviceauth_v1_AcceptClockRequest, _deviceauth_v1_AcceptClockRequest__Output>
      AcceptClockResponse: MessageTypeDefinition<_deviceauth_v1_AcceptClockResponse, _deviceauth_v1_AcceptClockResponse__Output>
      AddComponentRequest: MessageTypeDefinition<_deviceauth_v1_AddComponentRequest, _deviceauth_v1_AddComponentRequest__Output>
      Admin: SubtypeConstructor<typeof grpc.Client, _deviceauth_v1_AdminClient> & { service: _deviceauth_v1_AdminDefinition }
      AttachCertificateRequest: MessageTypeDefinition<_deviceauth_v1_AttachCertificateRequest, _deviceauth_v1_AttachCertificateRequest__Output>
      AttachedCertificate: MessageTypeDefinition<_deviceauth_v1_AttachedCertificate, _deviceauth_v1_AttachedCertificate__Output>
      AttachedThing: MessageTypeDefinition<_deviceauth_v1_AttachedThing, _deviceauth_v1_AttachedThing__Output>
      AuthorizationResult: MessageTypeDefinition<_deviceauth_v1_AuthorizationResult, _deviceauth_v1_AuthorizationResult__Output>
      AuthorizeClientDeviceActionRequest: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionRequest, _deviceauth_v1_AuthorizeClientDeviceActionRequest__Output>
      AuthorizeClientDeviceActionResponse: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionResponse, _deviceauth_v1_AuthorizeClientDeviceActionResponse__Output>
      AuthorizeClientDeviceActionsRequest: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionsRequest, _deviceauth_v1_AuthorizeClientDeviceActionsRequest__Output>
      AuthorizeClientDeviceActionsResponse: MessageTypeDefinition<_deviceauth_v1_AuthorizeClientDeviceActionsResponse, _deviceauth_v1_AuthorizeClientDeviceActionsResponse__Output>
      BreakerState: EnumTypeDefinition
      BreakerStatus: MessageTypeDefinition<_deviceauth_v1_BreakerStatus, _deviceauth_v1_BreakerStatus__Output>
      BrokerStatus: MessageTypeDefinition<_deviceauth_v1_BrokerStatus, _deviceauth_v1_BrokerStatus__Output>
      Certificate: MessageTypeDefinition<_deviceauth_v1_Certificate, _deviceauth_v1_Certificate__Output>
      CertificateOptions: MessageTypeDefinition<_deviceauth_v1_CertificateOptions, _deviceauth_v1_CertificateOptions__Output>
      CertificateStatus: EnumTypeDefinition
      CertificateType: EnumTypeDefinition
      CertificateUpdate: MessageTypeDefinition<_deviceauth_v1_CertificateUpdate, _deviceauth_v1_CertificateUpdate__Output>
      CertificateUpdateEvent: MessageTypeDefinition<_deviceauth_v1_CertificateUpdateEvent, _deviceauth_v1_CertificateUpdateEvent__Output>
      CheckClientIdRequest: MessageTypeDefinition<_deviceauth_v1_CheckClientIdRequest, _deviceauth_v1_CheckClientIdRequest__Output>
      CheckClientIdResponse: MessageTypeDefinition<_deviceauth_v1_CheckClientIdResponse, _deviceauth_v1_CheckClientIdResponse__Output>
      CheckOutcome: EnumTypeDefinition
      ClientDeviceCredential: MessageTypeDefinition<_deviceauth_v1_ClientDeviceCredential, _deviceauth_v1_ClientDeviceCredential__Output>
      ClockStatus: MessageTypeDefinition<_deviceauth_v1_ClockStatus, _deviceauth_v1_ClockStatus__Output>
      CloseClientDeviceSessionRequest: MessageTypeDefinition<_deviceauth_v1_CloseClientDeviceSessionRequest, _deviceauth_v1_CloseClientDeviceSessionRequest__Output>
      CloseClientDeviceSessionResponse: MessageTypeDefinition<_deviceauth_v1_CloseClientDeviceSessionResponse, _deviceauth_v1_CloseClientDeviceSessionResponse__Output>
      ClosedTokens: MessageTypeDefinition<_deviceauth_v1_ClosedTokens, _deviceauth_v1_ClosedTokens__Output>
      CloudJob: MessageTypeDefinition<_deviceauth_v1_CloudJob, _deviceauth_v1_CloudJob__Output>
      CloudOperation: MessageTypeDefinition<_deviceauth_v1_CloudOperation, _deviceauth_v1_CloudOperation__Output>
      CloudStatus: MessageTypeDefinition<_deviceauth_v1_CloudStatus, _deviceauth_v1_CloudStatus__Output>
      CloudTrouble: MessageTypeDefinition<_deviceauth_v1_CloudTrouble, _deviceauth_v1_CloudTrouble__Output>
      Component: MessageTypeDefinition<_deviceauth_v1_Component, _deviceauth_v1_Component__Output>
      ComponentToken: MessageTypeDefinition<_deviceauth_v1_ComponentToken, _deviceauth_v1_ComponentToken__Output>
      ConfigurationProblem: MessageTypeDefinition<_deviceauth_v1_ConfigurationProblem, _deviceauth_v1_ConfigurationProblem__Output>
      CreateDeviceCaRequest: MessageTypeDefinition<_deviceauth_v1_CreateDeviceCaRequest, _deviceauth_v1_CreateDeviceCaRequest__Output>
      CreateThingRequest: MessageTypeDefinition<_deviceauth_v1_CreateThingRequest, _deviceauth_v1_CreateThingRequest__Output>
      CredentialDocument: MessageTypeDefinition<_deviceauth_v1_CredentialDocument, _deviceauth_v1_CredentialDocument__Output>
      DecidingStatement: MessageTypeDefinition<_deviceauth_v1_DecidingStatement, _deviceauth_v1_DecidingStatement__Output>
      DeleteCertificateRequest: MessageTypeDefinition<_deviceauth_v1_DeleteCertificateRequest, _deviceauth_v1_DeleteCertificateRequest__Output>
      DeleteCertificateResponse: MessageTypeDefinition<_deviceauth_v1_DeleteCertificateResponse, _deviceauth_v1_DeleteCertificateResponse__Output>
      DeleteThingRequest: MessageTypeDefinition<_deviceauth_v1_DeleteThingRequest, _deviceauth_v1_DeleteThingRequest__Output>
      DeleteThingResponse: MessageTypeDefinition<_deviceauth_v1_DeleteThingResponse, _deviceauth_v1_DeleteThingResponse__Output>
      DeliveryRule: EnumTypeDefinition
      DetachCertificateRequest: MessageTypeDefinition<_deviceauth_v1_DetachCertificateRequest, _deviceauth_v1_DetachCertificateRequest__Output>
      DeviceAuth: SubtypeConstructor<typeof grpc.Client, _deviceauth_v1_DeviceAuthClient> & { service: _deviceauth_v1_DeviceAuthDefinition }
      DeviceCa: MessageTypeDefinition<_deviceauth_v1_DeviceCa, _deviceauth_v1_DeviceCa__Output>
      DiagnoseRequest: MessageTypeDefinition<_deviceauth_v1_DiagnoseRequest, _deviceauth_v1_DiagnoseRequest__Output>
      DiagnosticCheck: MessageTypeDefinition<_deviceauth_v1_DiagnosticCheck, _deviceauth_v1_DiagnosticCheck__Output>
      Effect: EnumTypeDefinition
      EndReason: EnumTypeDefinition
      ErrorReason: EnumTypeDefinition
      ExplainRequest: MessageTypeDefinition<_deviceauth_v1_ExplainRequest, _deviceauth_v1_ExplainRequest__Output>
      ExplainResponse: MessageTypeDefinition<_deviceauth_v1_ExplainResponse, _deviceauth_v1_ExplainResponse__Output>
      ExportStateRequest: MessageTypeDefinition<_deviceauth_v1_ExportStateRequest, _deviceauth_v1_ExportStateRequest__Output>
      Finding: MessageTypeDefinition<_deviceauth_v1_Finding, _deviceauth_v1_Finding__Output>
      GetCertificateRequest: MessageTypeDefinition<_deviceauth_v1_GetCertificateRequest, _deviceauth_v1_GetCertificateRequest__Output>
      GetClientDeviceAuthTokenRequest: MessageTypeDefinition<_deviceauth_v1_GetClientDeviceAuthTokenRequest, _deviceauth_v1_GetClientDeviceAuthTokenRequest__Output>
      GetClientDeviceAuthTokenResponse: MessageTypeDefinition<_deviceauth_v1_GetClientDeviceAuthTokenResponse, _deviceauth_v1_GetClientDeviceAuthTokenResponse__Output>
      GetCloudStatusRequest: MessageTypeDefinition<_deviceauth_v1_GetCloudStatusRequest, _deviceauth_v1_GetCloudStatusRequest__Output>
      GetConfigurationRequest: MessageTypeDefinition<_deviceauth_v1_GetConfigurationRequest, _deviceauth_v1_GetConfigurationRequest__Output>
      GetConfigurationResponse: MessageTypeDefinition<_deviceauth_v1_GetConfigurationResponse, _deviceauth_v1_GetConfigurationResponse__Output>
      GetGrantSetRequest: MessageTypeDefinition<_deviceauth_v1_GetGrantSetRequest, _deviceauth_v1_GetGrantSetRequest__Output>
      GetGrantSetResponse: MessageTypeDefinition<_deviceauth_v1_GetGrantSetResponse, _deviceauth_v1_GetGrantSetResponse__Output>
      GetServerCaRequest: MessageTypeDefinition<_deviceauth_v1_GetServerCaRequest, _deviceauth_v1_GetServerCaRequest__Output>
      GetStatusRequest: MessageTypeDefinition<_deviceauth_v1_GetStatusRequest, _deviceauth_v1_GetStatusRequest__Output>
      GetStatusResponse: MessageTypeDefinition<_deviceauth_v1_GetStatusResponse, _deviceauth_v1_GetStatusResponse__Output>
      GetThingRequest: MessageTypeDefinition<_deviceauth_v1_GetThingRequest, _deviceauth_v1_GetThingRequest__Output>
      Grant: MessageTypeDefinition<_deviceauth_v1_Grant, _deviceauth_v1_Grant__Output>
      GrantSet: MessageTypeDefinition<_deviceauth_v1_GrantSet, _deviceauth_v1_GrantSet__Output>
      GrantSetAdded: MessageTypeDefinition<_deviceauth_v1_GrantSetAdded, _deviceauth_v1_GrantSetAdded__Output>
      Heartbeat: MessageTypeDefinition<_deviceauth_v1_Heartbeat, _deviceauth_v1_Heartbeat__Output>
      HeldTokens: MessageTypeDefinition<_deviceauth_v1_HeldTokens, _deviceauth_v1_HeldTokens__Output>
      HostAddress: MessageTypeDefinition<_deviceauth_v1_HostAddress, _deviceauth_v1_HostAddress__Output>
      ImportItem: MessageTypeDefinition<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportItem__Output>
      ImportOptions: MessageTypeDefinition<_deviceauth_v1_ImportOptions, _deviceauth_v1_ImportOptions__Output>
      ImportResult: MessageTypeDefinition<_deviceauth_v1_ImportResult, _deviceauth_v1_ImportResult__Output>
      ImportStateRequest: MessageTypeDefinition<_deviceauth_v1_ImportStateRequest, _deviceauth_v1_ImportStateRequest__Output>
      ImportStateResponse: MessageTypeDefinition<_deviceauth_v1_ImportStateResponse, _deviceauth_v1_ImportStateResponse__Output>
      IssueCertificateRequest: MessageTypeDefinition<_deviceauth_v1_IssueCertificateRequest, _deviceauth_v1_IssueCertificateRequest__Output>
      IssueCertificateResponse: MessageTypeDefinition<_deviceauth_v1_IssueCertificateResponse, _deviceauth_v1_IssueCertificateResponse__Output>
      JobState: EnumTypeDefinition
      KeyType: EnumTypeDefinition
      LatencyBucket: MessageTypeDefinition<_deviceauth_v1_LatencyBucket, _deviceauth_v1_LatencyBucket__Output>
      ListCertificatesRequest: MessageTypeDefinition<_deviceauth_v1_ListCertificatesRequest, _deviceauth_v1_ListCertificatesRequest__Output>
      ListCertificatesResponse: MessageTypeDefinition<_deviceauth_v1_ListCertificatesResponse, _deviceauth_v1_ListCertificatesResponse__Output>
      ListComponentsRequest: MessageTypeDefinition<_deviceauth_v1_ListComponentsRequest, _deviceauth_v1_ListComponentsRequest__Output>
      ListComponentsResponse: MessageTypeDefinition<_deviceauth_v1_ListComponentsResponse, _deviceauth_v1_ListComponentsResponse__Output>
      ListDeviceCasRequest: MessageTypeDefinition<_deviceauth_v1_ListDeviceCasRequest, _deviceauth_v1_ListDeviceCasRequest__Output>
      ListDeviceCasResponse: MessageTypeDefinition<_deviceauth_v1_ListDeviceCasResponse, _deviceauth_v1_ListDeviceCasResponse__Output>
      ListRefusalsRequest: MessageTypeDefinition<_deviceauth_v1_ListRefusalsRequest, _deviceauth_v1_ListRefusalsRequest__Output>
      ListRefusalsResponse: MessageTypeDefinition<_deviceauth_v1_ListRefusalsResponse, _deviceauth_v1_ListRefusalsResponse__Output>
      ListServerCertificatesRequest: MessageTypeDefinition<_deviceauth_v1_ListServerCertificatesRequest, _deviceauth_v1_ListServerCertificatesRequest__Output>
      ListServerCertificatesResponse: MessageTypeDefinition<_deviceauth_v1_ListServerCertificatesResponse, _deviceauth_v1_ListServerCertificatesResponse__Output>
      ListSessionsRequest: MessageTypeDefinition<_deviceauth_v1_ListSessionsRequest, _deviceauth_v1_ListSessionsRequest__Output>
      ListSessionsResponse: MessageTypeDefinition<_deviceauth_v1_ListSessionsResponse, _deviceauth_v1_ListSessionsResponse__Output>
      ListThingsRequest: MessageTypeDefinition<_deviceauth_v1_ListThingsRequest, _deviceauth_v1_ListThingsRequest__Output>
      ListThingsResponse: MessageTypeDefinition<_deviceauth_v1_ListThingsResponse, _deviceauth_v1_ListThingsResponse__Output>
      ListenerStatus: MessageTypeDefinition<_deviceauth_v1_ListenerStatus, _deviceauth_v1_ListenerStatus__Output>
      MqttCredential: MessageTypeDefinition<_deviceauth_v1_MqttCredential, _deviceauth_v1_MqttCredential__Output>
      NearMiss: MessageTypeDefinition<_deviceauth_v1_NearMiss, _deviceauth_v1_NearMiss__Output>
      NetworkReach: EnumTypeDefinition
      NetworkStatus: MessageTypeDefinition<_deviceauth_v1_NetworkStatus, _deviceauth_v1_NetworkStatus__Output>
      Pkcs12Options: MessageTypeDefinition<_deviceauth_v1_Pkcs12Options, _deviceauth_v1_Pkcs12Options__Output>
      QueueStatus: MessageTypeDefinition<_deviceauth_v1_QueueStatus, _deviceauth_v1_QueueStatus__Output>
      RefreshCloudRequest: MessageTypeDefinition<_deviceauth_v1_RefreshCloudRequest, _deviceauth_v1_RefreshCloudRequest__Output>
      Refusal: MessageTypeDefinition<_deviceauth_v1_Refusal, _deviceauth_v1_Refusal__Output>
      RefusalCategory: EnumTypeDefinition
      RegisterCertificateRequest: MessageTypeDefinition<_deviceauth_v1_RegisterCertificateRequest, _deviceauth_v1_RegisterCertificateRequest__Output>
      RegisterDeviceCaRequest: MessageTypeDefinition<_deviceauth_v1_RegisterDeviceCaRequest, _deviceauth_v1_RegisterDeviceCaRequest__Output>
      RegistryStatus: MessageTypeDefinition<_deviceauth_v1_RegistryStatus, _deviceauth_v1_RegistryStatus__Output>
      ReloadConfigurationRequest: MessageTypeDefinition<_deviceauth_v1_ReloadConfigurationRequest, _deviceauth_v1_ReloadConfigurationRequest__Output>
      RemoveComponentRequest: MessageTypeDefinition<_deviceauth_v1_RemoveComponentRequest, _deviceauth_v1_RemoveComponentRequest__Output>
      RemoveComponentResponse: MessageTypeDefinition<_deviceauth_v1_RemoveComponentResponse, _deviceauth_v1_RemoveComponentResponse__Output>
      RemoveDeviceCaRequest: MessageTypeDefinition<_deviceauth_v1_RemoveDeviceCaRequest, _deviceauth_v1_RemoveDeviceCaRequest__Output>
      RemoveDeviceCaResponse: MessageTypeDefinition<_deviceauth_v1_RemoveDeviceCaResponse, _deviceauth_v1_RemoveDeviceCaResponse__Output>
      RenewComponentTokenRequest: MessageTypeDefinition<_deviceauth_v1_RenewComponentTokenRequest, _deviceauth_v1_RenewComponentTokenRequest__Output>
      RequestRule: EnumTypeDefinition
      RevokeSessionsRequest: MessageTypeDefinition<_deviceauth_v1_RevokeSessionsRequest, _deviceauth_v1_RevokeSessionsRequest__Output>
      RevokeSessionsResponse: MessageTypeDefinition<_deviceauth_v1_RevokeSessionsResponse, _deviceauth_v1_RevokeSessionsResponse__Output>
      RotateServerCaRequest: MessageTypeDefinition<_deviceauth_v1_RotateServerCaRequest, _deviceauth_v1_RotateServerCaRequest__Output>
      RotateServerCertificatesRequest: MessageTypeDefinition<_deviceauth_v1_RotateServerCertificatesRequest, _deviceauth_v1_RotateServerCertificatesRequest__Output>
      ServerCa: MessageTypeDefinition<_deviceauth_v1_ServerCa, _deviceauth_v1_ServerCa__Output>
      ServerCaCertificate: MessageTypeDefinition<_deviceauth_v1_ServerCaCertificate, _deviceauth_v1_ServerCaCertificate__Output>
      ServerCertificate: MessageTypeDefinition<_deviceauth_v1_ServerCertificate, _deviceauth_v1_ServerCertificate__Output>
      Session: MessageTypeDefinition<_deviceauth_v1_Session, _deviceauth_v1_Session__Output>
      SessionChange: MessageTypeDefinition<_deviceauth_v1_SessionChange, _deviceauth_v1_SessionChange__Output>
      SessionGrants: MessageTypeDefinition<_deviceauth_v1_SessionGrants, _deviceauth_v1_SessionGrants__Output>
      SessionState: MessageTypeDefinition<_deviceauth_v1_SessionState, _deviceauth_v1_SessionState__Output>
      SessionStatus: MessageTypeDefinition<_deviceauth_v1_SessionStatus, _deviceauth_v1_SessionStatus__Output>
      SessionUpdate: MessageTypeDefinition<_deviceauth_v1_SessionUpdate, _deviceauth_v1_SessionUpdate__Output>
      SessionUpdatesRequest: MessageTypeDefinition<_deviceauth_v1_SessionUpdatesRequest, _deviceauth_v1_SessionUpdatesRequest__Output>
      SessionVariables: MessageTypeDefinition<_deviceauth_v1_SessionVariables, _deviceauth_v1_SessionVariables__Output>
      SessionsChanged: MessageTypeDefinition<_deviceauth_v1_SessionsChanged, _deviceauth_v1_SessionsChanged__Output>
      SessionsEnded: MessageTypeDefinition<_deviceauth_v1_SessionsEnded, _deviceauth_v1_SessionsEnded__Output>
      SessionsSnapshot: MessageTypeDefinition<_deviceauth_v1_SessionsSnapshot, _deviceauth_v1_SessionsSnapshot__Output>
      SetCertificateStatusRequest: MessageTypeDefinition<_deviceauth_v1_SetCertificateStatusRequest, _deviceauth_v1_SetCertificateStatusRequest__Output>
      SetComponentOperationsRequest: MessageTypeDefinition<_deviceauth_v1_SetComponentOperationsRequest, _deviceauth_v1_SetComponentOperationsRequest__Output>
      Severity: EnumTypeDefinition
      StateChunk: MessageTypeDefinition<_deviceauth_v1_StateChunk, _deviceauth_v1_StateChunk__Output>
      StatePart: EnumTypeDefinition
      SubscribeToCertificateUpdatesRequest: MessageTypeDefinition<_deviceauth_v1_SubscribeToCertificateUpdatesRequest, _deviceauth_v1_SubscribeToCertificateUpdatesRequest__Output>
      Thing: MessageTypeDefinition<_deviceauth_v1_Thing, _deviceauth_v1_Thing__Output>
      TokenUsage: MessageTypeDefinition<_deviceauth_v1_TokenUsage, _deviceauth_v1_TokenUsage__Output>
      TroubleCount: MessageTypeDefinition<_deviceauth_v1_TroubleCount, _deviceauth_v1_TroubleCount__Output>
      TroubleKind: EnumTypeDefinition
      UnansweredCall: MessageTypeDefinition<_deviceauth_v1_UnansweredCall, _deviceauth_v1_UnansweredCall__Output>
      UpdateConnectivityInfoRequest: MessageTypeDefinition<_deviceauth_v1_UpdateConnectivityInfoRequest, _deviceauth_v1_UpdateConnectivityInfoRequest__Output>
      UpdateConnectivityInfoResponse: MessageTypeDefinition<_deviceauth_v1_UpdateConnectivityInfoResponse, _deviceauth_v1_UpdateConnectivityInfoResponse__Output>
      UpdateThingRequest: MessageTypeDefinition<_deviceauth_v1_UpdateThingRequest, _deviceauth_v1_UpdateThingRequest__Output>
      UpdatesHello: MessageTypeDefinition<_deviceauth_v1_UpdatesHello, _deviceauth_v1_UpdatesHello__Output>
      VerifyClientDeviceIdentityRequest: MessageTypeDefinition<_deviceauth_v1_VerifyClientDeviceIdentityRequest, _deviceauth_v1_VerifyClientDeviceIdentityRequest__Output>
      VerifyClientDeviceIdentityResponse: MessageTypeDefinition<_deviceauth_v1_VerifyClientDeviceIdentityResponse, _deviceauth_v1_VerifyClientDeviceIdentityResponse__Output>
    }
  }
}

