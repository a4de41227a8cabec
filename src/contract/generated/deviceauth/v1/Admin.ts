// Original file: proto/deviceauth/v1/admin.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AcceptClockRequest as _deviceauth_v1_AcceptClockRequest, AcceptClockRequest__Output as _deviceauth_v1_AcceptClockRequest__Output } from '../../deviceauth/v1/AcceptClockRequest.ts';
import type { AcceptClockResponse as _deviceauth_v1_AcceptClockResponse, AcceptClockResponse__Output as _deviceauth_v1_AcceptClockResponse__Output } from '../../deviceauth/v1/AcceptClockResponse.ts';
import type { AddComponentRequest as _deviceauth_v1_AddComponentRequest, AddComponentRequest__Output as _deviceauth_v1_AddComponentRequest__Output } from '../../deviceauth/v1/AddComponentRequest.ts';
import type { AttachCertificateRequest as _deviceauth_v1_AttachCertificateRequest, AttachCertificateRequest__Output as _deviceauth_v1_AttachCertificateRequest__Output } from '../../deviceauth/v1/AttachCertificateRequest.ts';
import type { Certificate as _deviceauth_v1_Certificate, Certificate__Output as _deviceauth_v1_Certificate__Output } from '../../deviceauth/v1/Certificate.ts';
import type { CloudStatus as _deviceauth_v1_CloudStatus, CloudStatus__Output as _deviceauth_v1_CloudStatus__Output } from '../../deviceauth/v1/CloudStatus.ts';
import type { Component as _deviceauth_v1_Component, Component__Output as _deviceauth_v1_Component__Output } from '../../deviceauth/v1/Component.ts';
import type { ComponentToken as _deviceauth_v1_ComponentToken, ComponentToken__Output as _deviceauth_v1_ComponentToken__Output } from '../../deviceauth/v1/ComponentToken.ts';
import type { CreateDeviceCaRequest as _deviceauth_v1_CreateDeviceCaRequest, CreateDeviceCaRequest__Output as _deviceauth_v1_CreateDeviceCaRequest__Output } from '../../deviceauth/v1/CreateDeviceCaRequest.ts';
import type { CreateThingRequest as _deviceauth_v1_CreateThingRequest, CreateThingRequest__Output as _deviceauth_v1_CreateThingRequest__Output } from '../../deviceauth/v1/CreateThingRequest.ts';
import type { DeleteCertificateRequest as _deviceauth_v1_DeleteCertificateRequest, DeleteCertificateRequest__Output as _deviceauth_v1_DeleteCertificateRequest__Output } from '../../deviceauth/v1/DeleteCertificateRequest.ts';
import type { DeleteCertificateResponse as _deviceauth_v1_DeleteCertificateResponse, DeleteCertificateResponse__Output as _deviceauth_v1_DeleteCertificateResponse__Output } from '../../deviceauth/v1/DeleteCertificateResponse.ts';
import type { DeleteThingRequest as _deviceauth_v1_DeleteThingRequest, DeleteThingRequest__Output as _deviceauth_v1_DeleteThingRequest__Output } from '../../deviceauth/v1/DeleteThingRequest.ts';
import type { DeleteThingResponse as _deviceauth_v1_DeleteThingResponse, DeleteThingResponse__Output as _deviceauth_v1_DeleteThingResponse__Output } from '../../deviceauth/v1/DeleteThingResponse.ts';
import type { DetachCertificateRequest as _deviceauth_v1_DetachCertificateRequest, DetachCertificateRequest__Output as _deviceauth_v1_DetachCertificateRequest__Output } from '../../deviceauth/v1/DetachCertificateRequest.ts';
import type { DeviceCa as _deviceauth_v1_DeviceCa, DeviceCa__Output as _deviceauth_v1_DeviceCa__Output } from '../../deviceauth/v1/DeviceCa.ts';
import type { DiagnoseRequest as _deviceauth_v1_DiagnoseRequest, DiagnoseRequest__Output as _deviceauth_v1_DiagnoseRequest__Output } from '../../deviceauth/v1/DiagnoseRequest.ts';
import type { DiagnosticCheck as _deviceauth_v1_DiagnosticCheck, DiagnosticCheck__Output as _deviceauth_v1_DiagnosticCheck__Output } from '../../deviceauth/v1/DiagnosticCheck.ts';
import type { ExplainRequest as _deviceauth_v1_ExplainRequest, ExplainRequest__Output as _deviceauth_v1_ExplainRequest__Output } from '../../deviceauth/v1/ExplainRequest.ts';
import type { ExplainResponse as _deviceauth_v1_ExplainResponse, ExplainResponse__Output as _deviceauth_v1_ExplainResponse__Output } from '../../deviceauth/v1/ExplainResponse.ts';
import type { ExportStateRequest as _deviceauth_v1_ExportStateRequest, ExportStateRequest__Output as _deviceauth_v1_ExportStateRequest__Output } from '../../deviceauth/v1/ExportStateRequest.ts';
import type { GetCertificateRequest as _deviceauth_v1_GetCertificateRequest, GetCertificateRequest__Output as _deviceauth_v1_GetCertificateRequest__Output } from '../../deviceauth/v1/GetCertificateRequest.ts';
import type { GetCloudStatusRequest as _deviceauth_v1_GetCloudStatusRequest, GetCloudStatusRequest__Output as _deviceauth_v1_GetCloudStatusRequest__Output } from '../../deviceauth/v1/GetCloudStatusRequest.ts';
import type { GetConfigurationRequest as _deviceauth_v1_GetConfigurationRequest, GetConfigurationRequest__Output as _deviceauth_v1_GetConfigurationRequest__Output } from '../../deviceauth/v1/GetConfigurationRequest.ts';
import type { GetConfigurationResponse as _deviceauth_v1_GetConfigurationResponse, GetConfigurationResponse__Output as _deviceauth_v1_GetConfigurationResponse__Output } from '../../deviceauth/v1/GetConfigurationResponse.ts';
import type { GetServerCaRequest as _deviceauth_v1_GetServerCaRequest, GetServerCaRequest__Output as _deviceauth_v1_GetServerCaRequest__Output } from '../../deviceauth/v1/GetServerCaRequest.ts';
import type { GetStatusRequest as _deviceauth_v1_GetStatusRequest, GetStatusRequest__Output as _deviceauth_v1_GetStatusRequest__Output } from '../../deviceauth/v1/GetStatusRequest.ts';
import type { GetStatusResponse as _deviceauth_v1_GetStatusResponse, GetStatusResponse__Output as _deviceauth_v1_GetStatusResponse__Output } from '../../deviceauth/v1/GetStatusResponse.ts';
import type { GetThingRequest as _deviceauth_v1_GetThingRequest, GetThingRequest__Output as _deviceauth_v1_GetThingRequest__Output } from '../../deviceauth/v1/GetThingRequest.ts';
import type { ImportItem as _deviceauth_v1_ImportItem, ImportItem__Output as _deviceauth_v1_ImportItem__Output } from '../../deviceauth/v1/ImportItem.ts';
import type { ImportResult as _deviceauth_v1_ImportResult, ImportResult__Output as _deviceauth_v1_ImportResult__Output } from '../../deviceauth/v1/ImportResult.ts';
import type { ImportStateRequest as _deviceauth_v1_ImportStateRequest, ImportStateRequest__Output as _deviceauth_v1_ImportStateRequest__Output } from '../../deviceauth/v1/ImportStateRequest.ts';
import type { ImportStateResponse as _deviceauth_v1_ImportStateResponse, ImportStateResponse__Output as _deviceauth_v1_ImportStateResponse__Output } from '../../deviceauth/v1/ImportStateResponse.ts';
import type { IssueCertificateRequest as _deviceauth_v1_IssueCertificateRequest, IssueCertificateRequest__Output as _deviceauth_v1_IssueCertificateRequest__Output } from '../../deviceauth/v1/IssueCertificateRequest.ts';
import type { IssueCertificateResponse as _deviceauth_v1_IssueCertificateResponse, IssueCertificateResponse__Output as _deviceauth_v1_IssueCertificateResponse__Output } from '../../deviceauth/v1/IssueCertificateResponse.ts';
import type { ListCertificatesRequest as _deviceauth_v1_ListCertificatesRequest, ListCertificatesRequest__Output as _deviceauth_v1_ListCertificatesRequest__Output } from '../../deviceauth/v1/ListCertificatesRequest.ts';
import type { ListCertificatesResponse as _deviceauth_v1_ListCertificatesResponse, ListCertificatesResponse__Output as _deviceauth_v1_ListCertificatesResponse__Output } from '../../deviceauth/v1/ListCertificatesResponse.ts';
import type { ListComponentsRequest as _deviceauth_v1_ListComponentsRequest, ListComponentsRequest__Output as _deviceauth_v1_ListComponentsRequest__Output } from '../../deviceauth/v1/ListComponentsRequest.ts';
import type { ListComponentsResponse as _deviceauth_v1_ListComponentsResponse, ListComponentsResponse__Output as _deviceauth_v1_ListComponentsResponse__Output } from '../../deviceauth/v1/ListComponentsResponse.ts';
import type { ListDeviceCasRequest as _deviceauth_v1_ListDeviceCasRequest, ListDeviceCasRequest__Output as _deviceauth_v1_ListDeviceCasRequest__Output } from '../../deviceauth/v1/ListDeviceCasRequest.ts';
import type { ListDeviceCasResponse as _deviceauth_v1_ListDeviceCasResponse, ListDeviceCasResponse__Output as _deviceauth_v1_ListDeviceCasResponse__Output } from '../../deviceauth/v1/ListDeviceCasResponse.ts';
import type { ListRefusalsRequest as _deviceauth_v1_ListRefusalsRequest, ListRefusalsRequest__Output as _deviceauth_v1_ListRefusalsRequest__Output } from '../../deviceauth/v1/ListRefusalsRequest.ts';
import type { ListRefusalsResponse as _deviceauth_v1_ListRefusalsResponse, ListRefusalsResponse__Output as _deviceauth_v1_ListRefusalsResponse__Output } from '../../deviceauth/v1/ListRefusalsResponse.ts';
import type { ListServerCertificatesRequest as _deviceauth_v1_ListServerCertificatesRequest, ListServerCertificatesRequest__Output as _deviceauth_v1_ListServerCertificatesRequest__Output } from '../../deviceauth/v1/ListServerCertificatesRequest.ts';
import type { ListServerCertificatesResponse as _deviceauth_v1_ListServerCertificatesResponse, ListServerCertificatesResponse__Output as _deviceauth_v1_ListServerCertificatesResponse__Output } from '../../deviceauth/v1/ListServerCertificatesResponse.ts';
import type { ListSessionsRequest as _deviceauth_v1_ListSessionsRequest, ListSessionsRequest__Output as _deviceauth_v1_ListSessionsRequest__Output } from '../../deviceauth/v1/ListSessionsRequest.ts';
import type { ListSessionsResponse as _deviceauth_v1_ListSessionsResponse, ListSessionsResponse__Output as _deviceauth_v1_ListSessionsResponse__Output } from '../../deviceauth/v1/ListSessionsResponse.ts';
import type { ListThingsRequest as _deviceauth_v1_ListThingsRequest, ListThingsRequest__Output as _deviceauth_v1_ListThingsRequest__Output } from '../../deviceauth/v1/ListThingsRequest.ts';
import type { ListThingsResponse as _deviceauth_v1_ListThingsResponse, ListThingsResponse__Output as _deviceauth_v1_ListThingsResponse__Output } from '../../deviceauth/v1/ListThingsResponse.ts';
import type { RefreshCloudRequest as _deviceauth_v1_RefreshCloudRequest, RefreshCloudRequest__Output as _deviceauth_v1_RefreshCloudRequest__Output } from '../../deviceauth/v1/RefreshCloudRequest.ts';
import type { RegisterCertificateRequest as _deviceauth_v1_RegisterCertificateRequest, RegisterCertificateRequest__Output as _deviceauth_v1_RegisterCertificateRequest__Output } from '../../deviceauth/v1/RegisterCertificateRequest.ts';
import type { RegisterDeviceCaRequest as _deviceauth_v1_RegisterDeviceCaRequest, RegisterDeviceCaRequest__Output as _deviceauth_v1_RegisterDeviceCaRequest__Output } from '../../deviceauth/v1/RegisterDeviceCaRequest.ts';
import type { ReloadConfigurationRequest as _deviceauth_v1_ReloadConfigurationRequest, ReloadConfigurationRequest__Output as _deviceauth_v1_ReloadConfigurationRequest__Output } from '../../deviceauth/v1/ReloadConfigurationRequest.ts';
import type { RemoveComponentRequest as _deviceauth_v1_RemoveComponentRequest, RemoveComponentRequest__Output as _deviceauth_v1_RemoveComponentRequest__Output } from '../../deviceauth/v1/RemoveComponentRequest.ts';
import type { RemoveComponentResponse as _deviceauth_v1_RemoveComponentResponse, RemoveComponentResponse__Output as _deviceauth_v1_RemoveComponentResponse__Output } from '../../deviceauth/v1/RemoveComponentResponse.ts';
import type { RemoveDeviceCaRequest as _deviceauth_v1_RemoveDeviceCaRequest, RemoveDeviceCaRequest__Output as _deviceauth_v1_RemoveDeviceCaRequest__Output } from '../../deviceauth/v1/RemoveDeviceCaRequest.ts';
import type { RemoveDeviceCaResponse as _deviceauth_v1_RemoveDeviceCaResponse, RemoveDeviceCaResponse__Output as _deviceauth_v1_RemoveDeviceCaResponse__Output } from '../../deviceauth/v1/RemoveDeviceCaResponse.ts';
import type { RenewComponentTokenRequest as _deviceauth_v1_RenewComponentTokenRequest, RenewComponentTokenRequest__Output as _deviceauth_v1_RenewComponentTokenRequest__Output } from '../../deviceauth/v1/RenewComponentTokenRequest.ts';
import type { RevokeSessionsRequest as _deviceauth_v1_RevokeSessionsRequest, RevokeSessionsRequest__Output as _deviceauth_v1_RevokeSessionsRequest__Output } from '../../deviceauth/v1/RevokeSessionsRequest.ts';
import type { RevokeSessionsResponse as _deviceauth_v1_RevokeSessionsResponse, RevokeSessionsResponse__Output as _deviceauth_v1_RevokeSessionsResponse__Output } from '../../deviceauth/v1/RevokeSessionsResponse.ts';
import type { RotateServerCaRequest as _deviceauth_v1_RotateServerCaRequest, RotateServerCaRequest__Output as _deviceauth_v1_RotateServerCaRequest__Output } from '../../deviceauth/v1/RotateServerCaRequest.ts';
import type { RotateServerCertificatesRequest as _deviceauth_v1_RotateServerCertificatesRequest, RotateServerCertificatesRequest__Output as _deviceauth_v1_RotateServerCertificatesRequest__Output } from '../../deviceauth/v1/RotateServerCertificatesRequest.ts';
import type { ServerCa as _deviceauth_v1_ServerCa, ServerCa__Output as _deviceauth_v1_ServerCa__Output } from '../../deviceauth/v1/ServerCa.ts';
import type { SetCertificateStatusRequest as _deviceauth_v1_SetCertificateStatusRequest, SetCertificateStatusRequest__Output as _deviceauth_v1_SetCertificateStatusRequest__Output } from '../../deviceauth/v1/SetCertificateStatusRequest.ts';
import type { SetComponentOperationsRequest as _deviceauth_v1_SetComponentOperationsRequest, SetComponentOperationsRequest__Output as _deviceauth_v1_SetComponentOperationsRequest__Output } from '../../deviceauth/v1/SetComponentOperationsRequest.ts';
import type { StateChunk as _deviceauth_v1_StateChunk, StateChunk__Output as _deviceauth_v1_StateChunk__Output } from '../../deviceauth/v1/StateChunk.ts';
import type { Thing as _deviceauth_v1_Thing, Thing__Output as _deviceauth_v1_Thing__Output } from '../../deviceauth/v1/Thing.ts';
import type { UpdateConnectivityInfoRequest as _deviceauth_v1_UpdateConnectivityInfoRequest, UpdateConnectivityInfoRequest__Output as _deviceauth_v1_UpdateConnectivityInfoRequest__Output } from '../../deviceauth/v1/UpdateConnectivityInfoRequest.ts';
import type { UpdateConnectivityInfoResponse as _deviceauth_v1_UpdateConnectivityInfoResponse, UpdateConnectivityInfoResponse__Output as _deviceauth_v1_UpdateConnectivityInfoResponse__Output } from '../../deviceauth/v1/UpdateConnectivityInfoResponse.ts';
import type { UpdateThingRequest as _deviceauth_v1_UpdateThingRequest, UpdateThingRequest__Output as _deviceauth_v1_UpdateThingRequest__Output } from '../../deviceauth/v1/UpdateThingRequest.ts';

export interface AdminClient extends grpc.Client {
  /**
   * Accepts the wall clock as it is now as right, and resets the high-water mark to it.
   */
  AcceptClock(argument: _deviceauth_v1_AcceptClockRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _deviceauth_v1_AcceptClockRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _deviceauth_v1_AcceptClockRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  AcceptClock(argument: _deviceauth_v1_AcceptClockRequest, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Accepts the wall clock as it is now as right, and resets the high-water mark to it.
   */
  acceptClock(argument: _deviceauth_v1_AcceptClockRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _deviceauth_v1_AcceptClockRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _deviceauth_v1_AcceptClockRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  acceptClock(argument: _deviceauth_v1_AcceptClockRequest, callback: grpc.requestCallback<_deviceauth_v1_AcceptClockResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Broker components written for AWS IoT Greengrass, which call on the socket of `greengrassIpc` with a token each.
   */
  AddComponent(argument: _deviceauth_v1_AddComponentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  AddComponent(argument: _deviceauth_v1_AddComponentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  AddComponent(argument: _deviceauth_v1_AddComponentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  AddComponent(argument: _deviceauth_v1_AddComponentRequest, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  /**
   * Broker components written for AWS IoT Greengrass, which call on the socket of `greengrassIpc` with a token each.
   */
  addComponent(argument: _deviceauth_v1_AddComponentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  addComponent(argument: _deviceauth_v1_AddComponentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  addComponent(argument: _deviceauth_v1_AddComponentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  addComponent(argument: _deviceauth_v1_AddComponentRequest, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  
  AttachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  AttachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  AttachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  AttachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  attachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  attachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  attachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  attachCertificate(argument: _deviceauth_v1_AttachCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  /**
   * A device CA whose key the daemon makes and keeps.
   */
  CreateDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  CreateDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  CreateDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  CreateDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  /**
   * A device CA whose key the daemon makes and keeps.
   */
  createDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  createDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  createDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  createDeviceCa(argument: _deviceauth_v1_CreateDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  
  CreateThing(argument: _deviceauth_v1_CreateThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  CreateThing(argument: _deviceauth_v1_CreateThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  CreateThing(argument: _deviceauth_v1_CreateThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  CreateThing(argument: _deviceauth_v1_CreateThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  createThing(argument: _deviceauth_v1_CreateThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  createThing(argument: _deviceauth_v1_CreateThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  createThing(argument: _deviceauth_v1_CreateThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  createThing(argument: _deviceauth_v1_CreateThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  
  /**
   * Leaves a tombstone: the same certificate cannot be registered by accident again.
   */
  DeleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  DeleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Leaves a tombstone: the same certificate cannot be registered by accident again.
   */
  deleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  deleteCertificate(argument: _deviceauth_v1_DeleteCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_DeleteCertificateResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Detaches its certificates and ends its sessions.
   */
  DeleteThing(argument: _deviceauth_v1_DeleteThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  DeleteThing(argument: _deviceauth_v1_DeleteThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  DeleteThing(argument: _deviceauth_v1_DeleteThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  DeleteThing(argument: _deviceauth_v1_DeleteThingRequest, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Detaches its certificates and ends its sessions.
   */
  deleteThing(argument: _deviceauth_v1_DeleteThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  deleteThing(argument: _deviceauth_v1_DeleteThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  deleteThing(argument: _deviceauth_v1_DeleteThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  deleteThing(argument: _deviceauth_v1_DeleteThingRequest, callback: grpc.requestCallback<_deviceauth_v1_DeleteThingResponse__Output>): grpc.ClientUnaryCall;
  
  DetachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  DetachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  DetachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  DetachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  detachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  detachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  detachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  detachCertificate(argument: _deviceauth_v1_DetachCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  /**
   * Checks what the cloud needs of this host, one by one, as the daemon's user. LIMIT_EXCEEDED while another one runs.
   */
  Diagnose(argument: _deviceauth_v1_DiagnoseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_DiagnosticCheck__Output>;
  Diagnose(argument: _deviceauth_v1_DiagnoseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_DiagnosticCheck__Output>;
  /**
   * Checks what the cloud needs of this host, one by one, as the daemon's user. LIMIT_EXCEEDED while another one runs.
   */
  diagnose(argument: _deviceauth_v1_DiagnoseRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_DiagnosticCheck__Output>;
  diagnose(argument: _deviceauth_v1_DiagnoseRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_DiagnosticCheck__Output>;
  
  Explain(argument: _deviceauth_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _deviceauth_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _deviceauth_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  Explain(argument: _deviceauth_v1_ExplainRequest, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _deviceauth_v1_ExplainRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _deviceauth_v1_ExplainRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _deviceauth_v1_ExplainRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  explain(argument: _deviceauth_v1_ExplainRequest, callback: grpc.requestCallback<_deviceauth_v1_ExplainResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A second copy of what another host would need to take over, encrypted with a passphrase: see docs/backup.md.
   */
  ExportState(argument: _deviceauth_v1_ExportStateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_StateChunk__Output>;
  ExportState(argument: _deviceauth_v1_ExportStateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_StateChunk__Output>;
  /**
   * A second copy of what another host would need to take over, encrypted with a passphrase: see docs/backup.md.
   */
  exportState(argument: _deviceauth_v1_ExportStateRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_StateChunk__Output>;
  exportState(argument: _deviceauth_v1_ExportStateRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_deviceauth_v1_StateChunk__Output>;
  
  GetCertificate(argument: _deviceauth_v1_GetCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  GetCertificate(argument: _deviceauth_v1_GetCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  GetCertificate(argument: _deviceauth_v1_GetCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  GetCertificate(argument: _deviceauth_v1_GetCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  getCertificate(argument: _deviceauth_v1_GetCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  getCertificate(argument: _deviceauth_v1_GetCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  getCertificate(argument: _deviceauth_v1_GetCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  getCertificate(argument: _deviceauth_v1_GetCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  /**
   * These three are NOT_FOUND where the daemon has nothing to do with a cloud.
   */
  GetCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  GetCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  GetCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  GetCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  /**
   * These three are NOT_FOUND where the daemon has nothing to do with a cloud.
   */
  getCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  getCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  getCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  getCloudStatus(argument: _deviceauth_v1_GetCloudStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  
  GetConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _deviceauth_v1_GetConfigurationRequest, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The CA of the brokers' server certificates. That there is none, and why, is in the answer.
   */
  GetServerCa(argument: _deviceauth_v1_GetServerCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  GetServerCa(argument: _deviceauth_v1_GetServerCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  GetServerCa(argument: _deviceauth_v1_GetServerCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  GetServerCa(argument: _deviceauth_v1_GetServerCaRequest, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  /**
   * The CA of the brokers' server certificates. That there is none, and why, is in the answer.
   */
  getServerCa(argument: _deviceauth_v1_GetServerCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  getServerCa(argument: _deviceauth_v1_GetServerCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  getServerCa(argument: _deviceauth_v1_GetServerCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  getServerCa(argument: _deviceauth_v1_GetServerCaRequest, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _deviceauth_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _deviceauth_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _deviceauth_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _deviceauth_v1_GetStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _deviceauth_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _deviceauth_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _deviceauth_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _deviceauth_v1_GetStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_GetStatusResponse__Output>): grpc.ClientUnaryCall;
  
  GetThing(argument: _deviceauth_v1_GetThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  GetThing(argument: _deviceauth_v1_GetThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  GetThing(argument: _deviceauth_v1_GetThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  GetThing(argument: _deviceauth_v1_GetThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  getThing(argument: _deviceauth_v1_GetThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  getThing(argument: _deviceauth_v1_GetThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  getThing(argument: _deviceauth_v1_GetThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  getThing(argument: _deviceauth_v1_GetThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  
  /**
   * Bulk registration: one result for each item, in order; an item that fails changes nothing
   * and does not stop the others.
   */
  ImportCertificates(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportResult__Output>;
  ImportCertificates(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportResult__Output>;
  /**
   * Bulk registration: one result for each item, in order; an item that fails changes nothing
   * and does not stop the others.
   */
  importCertificates(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportResult__Output>;
  importCertificates(options?: grpc.CallOptions): grpc.ClientDuplexStream<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportResult__Output>;
  
  /**
   * All of it or nothing. The first message says how, the others carry the file.
   */
  ImportState(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  ImportState(metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  ImportState(options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  ImportState(callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  /**
   * All of it or nothing. The first message says how, the others carry the file.
   */
  importState(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  importState(metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  importState(options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  importState(callback: grpc.requestCallback<_deviceauth_v1_ImportStateResponse__Output>): grpc.ClientWritableStream<_deviceauth_v1_ImportStateRequest>;
  
  /**
   * Makes a key and a certificate under a local device CA, registers it ACTIVE and attaches it.
   */
  IssueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  IssueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  IssueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  IssueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Makes a key and a certificate under a local device CA, registers it ACTIVE and attaches it.
   */
  issueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  issueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  issueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  issueCertificate(argument: _deviceauth_v1_IssueCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_IssueCertificateResponse__Output>): grpc.ClientUnaryCall;
  
  ListCertificates(argument: _deviceauth_v1_ListCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListCertificates(argument: _deviceauth_v1_ListCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListCertificates(argument: _deviceauth_v1_ListCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListCertificates(argument: _deviceauth_v1_ListCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listCertificates(argument: _deviceauth_v1_ListCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listCertificates(argument: _deviceauth_v1_ListCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listCertificates(argument: _deviceauth_v1_ListCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listCertificates(argument: _deviceauth_v1_ListCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListCertificatesResponse__Output>): grpc.ClientUnaryCall;
  
  ListComponents(argument: _deviceauth_v1_ListComponentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  ListComponents(argument: _deviceauth_v1_ListComponentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  ListComponents(argument: _deviceauth_v1_ListComponentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  ListComponents(argument: _deviceauth_v1_ListComponentsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  listComponents(argument: _deviceauth_v1_ListComponentsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  listComponents(argument: _deviceauth_v1_ListComponentsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  listComponents(argument: _deviceauth_v1_ListComponentsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  listComponents(argument: _deviceauth_v1_ListComponentsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListComponentsResponse__Output>): grpc.ClientUnaryCall;
  
  ListDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  ListDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  listDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  listDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  listDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  listDeviceCas(argument: _deviceauth_v1_ListDeviceCasRequest, callback: grpc.requestCallback<_deviceauth_v1_ListDeviceCasResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The refusals of the last while, newest first, with their operator's reason.
   */
  ListRefusals(argument: _deviceauth_v1_ListRefusalsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  ListRefusals(argument: _deviceauth_v1_ListRefusalsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  ListRefusals(argument: _deviceauth_v1_ListRefusalsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  ListRefusals(argument: _deviceauth_v1_ListRefusalsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The refusals of the last while, newest first, with their operator's reason.
   */
  listRefusals(argument: _deviceauth_v1_ListRefusalsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  listRefusals(argument: _deviceauth_v1_ListRefusalsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  listRefusals(argument: _deviceauth_v1_ListRefusalsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  listRefusals(argument: _deviceauth_v1_ListRefusalsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListRefusalsResponse__Output>): grpc.ClientUnaryCall;
  
  ListServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  ListServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  listServerCertificates(argument: _deviceauth_v1_ListServerCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  
  ListSessions(argument: _deviceauth_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _deviceauth_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _deviceauth_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  ListSessions(argument: _deviceauth_v1_ListSessionsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _deviceauth_v1_ListSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _deviceauth_v1_ListSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _deviceauth_v1_ListSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  listSessions(argument: _deviceauth_v1_ListSessionsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListSessionsResponse__Output>): grpc.ClientUnaryCall;
  
  ListThings(argument: _deviceauth_v1_ListThingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  ListThings(argument: _deviceauth_v1_ListThingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  ListThings(argument: _deviceauth_v1_ListThingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  ListThings(argument: _deviceauth_v1_ListThingsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  listThings(argument: _deviceauth_v1_ListThingsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  listThings(argument: _deviceauth_v1_ListThingsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  listThings(argument: _deviceauth_v1_ListThingsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  listThings(argument: _deviceauth_v1_ListThingsRequest, callback: grpc.requestCallback<_deviceauth_v1_ListThingsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Forgets refusals that the cloud gave a while ago, tries what waits for another try, uploads the CAs again, and begins
   * the refresh of known devices unless one is under way. Answers without waiting for any of it.
   */
  RefreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  RefreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  RefreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  RefreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  /**
   * Forgets refusals that the cloud gave a while ago, tries what waits for another try, uploads the CAs again, and begins
   * the refresh of known devices unless one is under way. Answers without waiting for any of it.
   */
  refreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  refreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  refreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  refreshCloud(argument: _deviceauth_v1_RefreshCloudRequest, callback: grpc.requestCallback<_deviceauth_v1_CloudStatus__Output>): grpc.ClientUnaryCall;
  
  RegisterCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RegisterCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RegisterCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  RegisterCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  registerCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  registerCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  registerCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  registerCertificate(argument: _deviceauth_v1_RegisterCertificateRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  /**
   * A device CA whose key is elsewhere.
   */
  RegisterDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  RegisterDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  RegisterDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  RegisterDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  /**
   * A device CA whose key is elsewhere.
   */
  registerDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  registerDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  registerDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  registerDeviceCa(argument: _deviceauth_v1_RegisterDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_DeviceCa__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads the configuration file again; on errors the running configuration stays.
   */
  ReloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  ReloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  ReloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  ReloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads the configuration file again; on errors the running configuration stays.
   */
  reloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  reloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  reloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  reloadConfiguration(argument: _deviceauth_v1_ReloadConfigurationRequest, callback: grpc.requestCallback<_deviceauth_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Its connections are closed and its sessions end.
   */
  RemoveComponent(argument: _deviceauth_v1_RemoveComponentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  RemoveComponent(argument: _deviceauth_v1_RemoveComponentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  RemoveComponent(argument: _deviceauth_v1_RemoveComponentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  RemoveComponent(argument: _deviceauth_v1_RemoveComponentRequest, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Its connections are closed and its sessions end.
   */
  removeComponent(argument: _deviceauth_v1_RemoveComponentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  removeComponent(argument: _deviceauth_v1_RemoveComponentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  removeComponent(argument: _deviceauth_v1_RemoveComponentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  removeComponent(argument: _deviceauth_v1_RemoveComponentRequest, callback: grpc.requestCallback<_deviceauth_v1_RemoveComponentResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Certificates registered one by one stay as they are; nothing new is admitted through this CA.
   */
  RemoveDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  RemoveDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  RemoveDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  RemoveDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Certificates registered one by one stay as they are; nothing new is admitted through this CA.
   */
  removeDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  removeDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  removeDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  removeDeviceCa(argument: _deviceauth_v1_RemoveDeviceCaRequest, callback: grpc.requestCallback<_deviceauth_v1_RemoveDeviceCaResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A new token in the place of the old one, which is refused from now on and whose connections are closed.
   */
  RenewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  RenewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  RenewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  RenewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  /**
   * A new token in the place of the old one, which is refused from now on and whose connections are closed.
   */
  renewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  renewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  renewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  renewComponentToken(argument: _deviceauth_v1_RenewComponentTokenRequest, callback: grpc.requestCallback<_deviceauth_v1_ComponentToken__Output>): grpc.ClientUnaryCall;
  
  /**
   * Ends the sessions that match every field given; at least one must be.
   */
  RevokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  RevokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  RevokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  RevokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Ends the sessions that match every field given; at least one must be.
   */
  revokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  revokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  revokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  revokeSessions(argument: _deviceauth_v1_RevokeSessionsRequest, callback: grpc.requestCallback<_deviceauth_v1_RevokeSessionsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Begins a rollover, or takes its next step now. ALREADY_EXISTS when one is announced and `now` is not set.
   */
  RotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  RotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  RotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  RotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  /**
   * Begins a rollover, or takes its next step now. ALREADY_EXISTS when one is announced and `now` is not set.
   */
  rotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  rotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  rotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  rotateServerCa(argument: _deviceauth_v1_RotateServerCaRequest, callback: grpc.requestCallback<_deviceauth_v1_ServerCa__Output>): grpc.ClientUnaryCall;
  
  /**
   * Issues anew at once, with a new key; brokers that listen get it within seconds.
   */
  RotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  RotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  RotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  RotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Issues anew at once, with a new key; brokers that listen get it within seconds.
   */
  rotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  rotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  rotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  rotateServerCertificates(argument: _deviceauth_v1_RotateServerCertificatesRequest, callback: grpc.requestCallback<_deviceauth_v1_ListServerCertificatesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * ACTIVE, INACTIVE or REVOKED. REVOKED is final. Sessions end within a second.
   */
  SetCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  SetCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  SetCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  SetCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  /**
   * ACTIVE, INACTIVE or REVOKED. REVOKED is final. Sessions end within a second.
   */
  setCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  setCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  setCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  setCertificateStatus(argument: _deviceauth_v1_SetCertificateStatusRequest, callback: grpc.requestCallback<_deviceauth_v1_Certificate__Output>): grpc.ClientUnaryCall;
  
  /**
   * What it may call from now on. What it may not any more ends at once, streams too.
   */
  SetComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  SetComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  SetComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  SetComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  /**
   * What it may call from now on. What it may not any more ends at once, streams too.
   */
  setComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  setComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  setComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  setComponentOperations(argument: _deviceauth_v1_SetComponentOperationsRequest, callback: grpc.requestCallback<_deviceauth_v1_Component__Output>): grpc.ClientUnaryCall;
  
  /**
   * Tells Greengrass the addresses that this host knows of itself, in the place of all that was there. NOT_FOUND too where
   * the daemon is no Greengrass core.
   */
  UpdateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  UpdateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  UpdateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  UpdateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Tells Greengrass the addresses that this host knows of itself, in the place of all that was there. NOT_FOUND too where
   * the daemon is no Greengrass core.
   */
  updateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  updateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  updateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  updateConnectivityInfo(argument: _deviceauth_v1_UpdateConnectivityInfoRequest, callback: grpc.requestCallback<_deviceauth_v1_UpdateConnectivityInfoResponse__Output>): grpc.ClientUnaryCall;
  
  UpdateThing(argument: _deviceauth_v1_UpdateThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  UpdateThing(argument: _deviceauth_v1_UpdateThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  UpdateThing(argument: _deviceauth_v1_UpdateThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  UpdateThing(argument: _deviceauth_v1_UpdateThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  updateThing(argument: _deviceauth_v1_UpdateThingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  updateThing(argument: _deviceauth_v1_UpdateThingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  updateThing(argument: _deviceauth_v1_UpdateThingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  updateThing(argument: _deviceauth_v1_UpdateThingRequest, callback: grpc.requestCallback<_deviceauth_v1_Thing__Output>): grpc.ClientUnaryCall;
  
}

export interface AdminHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Accepts the wall clock as it is now as right, and resets the high-water mark to it.
   */
  AcceptClock: grpc.handleUnaryCall<_deviceauth_v1_AcceptClockRequest__Output, _deviceauth_v1_AcceptClockResponse>;
  
  /**
   * Broker components written for AWS IoT Greengrass, which call on the socket of `greengrassIpc` with a token each.
   */
  AddComponent: grpc.handleUnaryCall<_deviceauth_v1_AddComponentRequest__Output, _deviceauth_v1_ComponentToken>;
  
  AttachCertificate: grpc.handleUnaryCall<_deviceauth_v1_AttachCertificateRequest__Output, _deviceauth_v1_Certificate>;
  
  /**
   * A device CA whose key the daemon makes and keeps.
   */
  CreateDeviceCa: grpc.handleUnaryCall<_deviceauth_v1_CreateDeviceCaRequest__Output, _deviceauth_v1_DeviceCa>;
  
  CreateThing: grpc.handleUnaryCall<_deviceauth_v1_CreateThingRequest__Output, _deviceauth_v1_Thing>;
  
  /**
   * Leaves a tombstone: the same certificate cannot be registered by accident again.
   */
  DeleteCertificate: grpc.handleUnaryCall<_deviceauth_v1_DeleteCertificateRequest__Output, _deviceauth_v1_DeleteCertificateResponse>;
  
  /**
   * Detaches its certificates and ends its sessions.
   */
  DeleteThing: grpc.handleUnaryCall<_deviceauth_v1_DeleteThingRequest__Output, _deviceauth_v1_DeleteThingResponse>;
  
  DetachCertificate: grpc.handleUnaryCall<_deviceauth_v1_DetachCertificateRequest__Output, _deviceauth_v1_Certificate>;
  
  /**
   * Checks what the cloud needs of this host, one by one, as the daemon's user. LIMIT_EXCEEDED while another one runs.
   */
  Diagnose: grpc.handleServerStreamingCall<_deviceauth_v1_DiagnoseRequest__Output, _deviceauth_v1_DiagnosticCheck>;
  
  Explain: grpc.handleUnaryCall<_deviceauth_v1_ExplainRequest__Output, _deviceauth_v1_ExplainResponse>;
  
  /**
   * A second copy of what another host would need to take over, encrypted with a passphrase: see docs/backup.md.
   */
  ExportState: grpc.handleServerStreamingCall<_deviceauth_v1_ExportStateRequest__Output, _deviceauth_v1_StateChunk>;
  
  GetCertificate: grpc.handleUnaryCall<_deviceauth_v1_GetCertificateRequest__Output, _deviceauth_v1_Certificate>;
  
  /**
   * These three are NOT_FOUND where the daemon has nothing to do with a cloud.
   */
  GetCloudStatus: grpc.handleUnaryCall<_deviceauth_v1_GetCloudStatusRequest__Output, _deviceauth_v1_CloudStatus>;
  
  GetConfiguration: grpc.handleUnaryCall<_deviceauth_v1_GetConfigurationRequest__Output, _deviceauth_v1_GetConfigurationResponse>;
  
  /**
   * The CA of the brokers' server certificates. That there is none, and why, is in the answer.
   */
  GetServerCa: grpc.handleUnaryCall<_deviceauth_v1_GetServerCaRequest__Output, _deviceauth_v1_ServerCa>;
  
  GetStatus: grpc.handleUnaryCall<_deviceauth_v1_GetStatusRequest__Output, _deviceauth_v1_GetStatusResponse>;
  
  GetThing: grpc.handleUnaryCall<_deviceauth_v1_GetThingRequest__Output, _deviceauth_v1_Thing>;
  
  /**
   * Bulk registration: one result for each item, in order; an item that fails changes nothing
   * and does not stop the others.
   */
  ImportCertificates: grpc.handleBidiStreamingCall<_deviceauth_v1_ImportItem__Output, _deviceauth_v1_ImportResult>;
  
  /**
   * All of it or nothing. The first message says how, the others carry the file.
   */
  ImportState: grpc.handleClientStreamingCall<_deviceauth_v1_ImportStateRequest__Output, _deviceauth_v1_ImportStateResponse>;
  
  /**
   * Makes a key and a certificate under a local device CA, registers it ACTIVE and attaches it.
   */
  IssueCertificate: grpc.handleUnaryCall<_deviceauth_v1_IssueCertificateRequest__Output, _deviceauth_v1_IssueCertificateResponse>;
  
  ListCertificates: grpc.handleUnaryCall<_deviceauth_v1_ListCertificatesRequest__Output, _deviceauth_v1_ListCertificatesResponse>;
  
  ListComponents: grpc.handleUnaryCall<_deviceauth_v1_ListComponentsRequest__Output, _deviceauth_v1_ListComponentsResponse>;
  
  ListDeviceCas: grpc.handleUnaryCall<_deviceauth_v1_ListDeviceCasRequest__Output, _deviceauth_v1_ListDeviceCasResponse>;
  
  /**
   * The refusals of the last while, newest first, with their operator's reason.
   */
  ListRefusals: grpc.handleUnaryCall<_deviceauth_v1_ListRefusalsRequest__Output, _deviceauth_v1_ListRefusalsResponse>;
  
  ListServerCertificates: grpc.handleUnaryCall<_deviceauth_v1_ListServerCertificatesRequest__Output, _deviceauth_v1_ListServerCertificatesResponse>;
  
  ListSessions: grpc.handleUnaryCall<_deviceauth_v1_ListSessionsRequest__Output, _deviceauth_v1_ListSessionsResponse>;
  
  ListThings: grpc.handleUnaryCall<_deviceauth_v1_ListThingsRequest__Output, _deviceauth_v1_ListThingsResponse>;
  
  /**
   * Forgets refusals that the cloud gave a while ago, tries what waits for another try, uploads the CAs again, and begins
   * the refresh of known devices unless one is under way. Answers without waiting for any of it.
   */
  RefreshCloud: grpc.handleUnaryCall<_deviceauth_v1_RefreshCloudRequest__Output, _deviceauth_v1_CloudStatus>;
  
  RegisterCertificate: grpc.handleUnaryCall<_deviceauth_v1_RegisterCertificateRequest__Output, _deviceauth_v1_Certificate>;
  
  /**
   * A device CA whose key is elsewhere.
   */
  RegisterDeviceCa: grpc.handleUnaryCall<_deviceauth_v1_RegisterDeviceCaRequest__Output, _deviceauth_v1_DeviceCa>;
  
  /**
   * Reads the configuration file again; on errors the running configuration stays.
   */
  ReloadConfiguration: grpc.handleUnaryCall<_deviceauth_v1_ReloadConfigurationRequest__Output, _deviceauth_v1_GetConfigurationResponse>;
  
  /**
   * Its connections are closed and its sessions end.
   */
  RemoveComponent: grpc.handleUnaryCall<_deviceauth_v1_RemoveComponentRequest__Output, _deviceauth_v1_RemoveComponentResponse>;
  
  /**
   * Certificates registered one by one stay as they are; nothing new is admitted through this CA.
   */
  RemoveDeviceCa: grpc.handleUnaryCall<_deviceauth_v1_RemoveDeviceCaRequest__Output, _deviceauth_v1_RemoveDeviceCaResponse>;
  
  /**
   * A new token in the place of the old one, which is refused from now on and whose connections are closed.
   */
  RenewComponentToken: grpc.handleUnaryCall<_deviceauth_v1_RenewComponentTokenRequest__Output, _deviceauth_v1_ComponentToken>;
  
  /**
   * Ends the sessions that match every field given; at least one must be.
   */
  RevokeSessions: grpc.handleUnaryCall<_deviceauth_v1_RevokeSessionsRequest__Output, _deviceauth_v1_RevokeSessionsResponse>;
  
  /**
   * Begins a rollover, or takes its next step now. ALREADY_EXISTS when one is announced and `now` is not set.
   */
  RotateServerCa: grpc.handleUnaryCall<_deviceauth_v1_RotateServerCaRequest__Output, _deviceauth_v1_ServerCa>;
  
  /**
   * Issues anew at once, with a new key; brokers that listen get it within seconds.
   */
  RotateServerCertificates: grpc.handleUnaryCall<_deviceauth_v1_RotateServerCertificatesRequest__Output, _deviceauth_v1_ListServerCertificatesResponse>;
  
  /**
   * ACTIVE, INACTIVE or REVOKED. REVOKED is final. Sessions end within a second.
   */
  SetCertificateStatus: grpc.handleUnaryCall<_deviceauth_v1_SetCertificateStatusRequest__Output, _deviceauth_v1_Certificate>;
  
  /**
   * What it may call from now on. What it may not any more ends at once, streams too.
   */
  SetComponentOperations: grpc.handleUnaryCall<_deviceauth_v1_SetComponentOperationsRequest__Output, _deviceauth_v1_Component>;
  
  /**
   * Tells Greengrass the addresses that this host knows of itself, in the place of all that was there. NOT_FOUND too where
   * the daemon is no Greengrass core.
   */
  UpdateConnectivityInfo: grpc.handleUnaryCall<_deviceauth_v1_UpdateConnectivityInfoRequest__Output, _deviceauth_v1_UpdateConnectivityInfoResponse>;
  
  UpdateThing: grpc.handleUnaryCall<_deviceauth_v1_UpdateThingRequest__Output, _deviceauth_v1_Thing>;
  
}

export interface AdminDefinition extends grpc.ServiceDefinition {
  AcceptClock: MethodDefinition<_deviceauth_v1_AcceptClockRequest, _deviceauth_v1_AcceptClockResponse, _deviceauth_v1_AcceptClockRequest__Output, _deviceauth_v1_AcceptClockResponse__Output>
  AddComponent: MethodDefinition<_deviceauth_v1_AddComponentRequest, _deviceauth_v1_ComponentToken, _deviceauth_v1_AddComponentRequest__Output, _deviceauth_v1_ComponentToken__Output>
  AttachCertificate: MethodDefinition<_deviceauth_v1_AttachCertificateRequest, _deviceauth_v1_Certificate, _deviceauth_v1_AttachCertificateRequest__Output, _deviceauth_v1_Certificate__Output>
  CreateDeviceCa: MethodDefinition<_deviceauth_v1_CreateDeviceCaRequest, _deviceauth_v1_DeviceCa, _deviceauth_v1_CreateDeviceCaRequest__Output, _deviceauth_v1_DeviceCa__Output>
  CreateThing: MethodDefinition<_deviceauth_v1_CreateThingRequest, _deviceauth_v1_Thing, _deviceauth_v1_CreateThingRequest__Output, _deviceauth_v1_Thing__Output>
  DeleteCertificate: MethodDefinition<_deviceauth_v1_DeleteCertificateRequest, _deviceauth_v1_DeleteCertificateResponse, _deviceauth_v1_DeleteCertificateRequest__Output, _deviceauth_v1_DeleteCertificateResponse__Output>
  DeleteThing: MethodDefinition<_deviceauth_v1_DeleteThingRequest, _deviceauth_v1_DeleteThingResponse, _deviceauth_v1_DeleteThingRequest__Output, _deviceauth_v1_DeleteThingResponse__Output>
  DetachCertificate: MethodDefinition<_deviceauth_v1_DetachCertificateRequest, _deviceauth_v1_Certificate, _deviceauth_v1_DetachCertificateRequest__Output, _deviceauth_v1_Certificate__Output>
  Diagnose: MethodDefinition<_deviceauth_v1_DiagnoseRequest, _deviceauth_v1_DiagnosticCheck, _deviceauth_v1_DiagnoseRequest__Output, _deviceauth_v1_DiagnosticCheck__Output>
  Explain: MethodDefinition<_deviceauth_v1_ExplainRequest, _deviceauth_v1_ExplainResponse, _deviceauth_v1_ExplainRequest__Output, _deviceauth_v1_ExplainResponse__Output>
  ExportState: MethodDefinition<_deviceauth_v1_ExportStateRequest, _deviceauth_v1_StateChunk, _deviceauth_v1_ExportStateRequest__Output, _deviceauth_v1_StateChunk__Output>
  GetCertificate: MethodDefinition<_deviceauth_v1_GetCertificateRequest, _deviceauth_v1_Certificate, _deviceauth_v1_GetCertificateRequest__Output, _deviceauth_v1_Certificate__Output>
  GetCloudStatus: MethodDefinition<_deviceauth_v1_GetCloudStatusRequest, _deviceauth_v1_CloudStatus, _deviceauth_v1_GetCloudStatusRequest__Output, _deviceauth_v1_CloudStatus__Output>
  GetConfiguration: MethodDefinition<_deviceauth_v1_GetConfigurationRequest, _deviceauth_v1_GetConfigurationResponse, _deviceauth_v1_GetConfigurationRequest__Output, _deviceauth_v1_GetConfigurationResponse__Output>
  GetServerCa: MethodDefinition<_deviceauth_v1_GetServerCaRequest, _deviceauth_v1_ServerCa, _deviceauth_v1_GetServerCaRequest__Output, _deviceauth_v1_ServerCa__Output>
  GetStatus: MethodDefinition<_deviceauth_v1_GetStatusRequest, _deviceauth_v1_GetStatusResponse, _deviceauth_v1_GetStatusRequest__Output, _deviceauth_v1_GetStatusResponse__Output>
  GetThing: MethodDefinition<_deviceauth_v1_GetThingRequest, _deviceauth_v1_Thing, _deviceauth_v1_GetThingRequest__Output, _deviceauth_v1_Thing__Output>
  ImportCertificates: MethodDefinition<_deviceauth_v1_ImportItem, _deviceauth_v1_ImportResult, _deviceauth_v1_ImportItem__Output, _deviceauth_v1_ImportResult__Output>
  ImportState: MethodDefinition<_deviceauth_v1_ImportStateRequest, _deviceauth_v1_ImportStateResponse, _deviceauth_v1_ImportStateRequest__Output, _deviceauth_v1_ImportStateResponse__Output>
  IssueCertificate: MethodDefinition<_deviceauth_v1_IssueCertificateRequest, _deviceauth_v1_IssueCertificateResponse, _deviceauth_v1_IssueCertificateRequest__Output, _deviceauth_v1_IssueCertificateResponse__Output>
  ListCertificates: MethodDefinition<_deviceauth_v1_ListCertificatesRequest, _deviceauth_v1_ListCertificatesResponse, _deviceauth_v1_ListCertificatesRequest__Output, _deviceauth_v1_ListCertificatesResponse__Output>
  ListComponents: MethodDefinition<_deviceauth_v1_ListComponentsRequest, _deviceauth_v1_ListComponentsResponse, _deviceauth_v1_ListComponentsRequest__Output, _deviceauth_v1_ListComponentsResponse__Output>
  ListDeviceCas: MethodDefinition<_deviceauth_v1_ListDeviceCasRequest, _deviceauth_v1_ListDeviceCasResponse, _deviceauth_v1_ListDeviceCasRequest__Output, _deviceauth_v1_ListDeviceCasResponse__Output>
  ListRefusals: MethodDefinition<_deviceauth_v1_ListRefusalsRequest, _deviceauth_v1_ListRefusalsResponse, _deviceauth_v1_ListRefusalsRequest__Output, _deviceauth_v1_ListRefusalsResponse__Output>
  ListServerCertificates: MethodDefinition<_deviceauth_v1_ListServerCertificatesRequest, _deviceauth_v1_ListServerCertificatesResponse, _deviceauth_v1_ListServerCertificatesRequest__Output, _deviceauth_v1_ListServerCertificatesResponse__Output>
  ListSessions: MethodDefinition<_deviceauth_v1_ListSessionsRequest, _deviceauth_v1_ListSessionsResponse, _deviceauth_v1_ListSessionsRequest__Output, _deviceauth_v1_ListSessionsResponse__Output>
  ListThings: MethodDefinition<_deviceauth_v1_ListThingsRequest, _deviceauth_v1_ListThingsResponse, _deviceauth_v1_ListThingsRequest__Output, _deviceauth_v1_ListThingsResponse__Output>
  RefreshCloud: MethodDefinition<_deviceauth_v1_RefreshCloudRequest, _deviceauth_v1_CloudStatus, _deviceauth_v1_RefreshCloudRequest__Output, _deviceauth_v1_CloudStatus__Output>
  RegisterCertificate: MethodDefinition<_deviceauth_v1_RegisterCertificateRequest, _deviceauth_v1_Certificate, _deviceauth_v1_RegisterCertificateRequest__Output, _deviceauth_v1_Certificate__Output>
  RegisterDeviceCa: MethodDefinition<_deviceauth_v1_RegisterDeviceCaRequest, _deviceauth_v1_DeviceCa, _deviceauth_v1_RegisterDeviceCaRequest__Output, _deviceauth_v1_DeviceCa__Output>
  ReloadConfiguration: MethodDefinition<_deviceauth_v1_ReloadConfigurationRequest, _deviceauth_v1_GetConfigurationResponse, _deviceauth_v1_ReloadConfigurationRequest__Output, _deviceauth_v1_GetConfigurationResponse__Output>
  RemoveComponent: MethodDefinition<_deviceauth_v1_RemoveComponentRequest, _deviceauth_v1_RemoveComponentResponse, _deviceauth_v1_RemoveComponentRequest__Output, _deviceauth_v1_RemoveComponentResponse__Output>
  RemoveDeviceCa: MethodDefinition<_deviceauth_v1_RemoveDeviceCaRequest, _deviceauth_v1_RemoveDeviceCaResponse, _deviceauth_v1_RemoveDeviceCaRequest__Output, _deviceauth_v1_RemoveDeviceCaResponse__Output>
  RenewComponentToken: MethodDefinition<_deviceauth_v1_RenewComponentTokenRequest, _deviceauth_v1_ComponentToken, _deviceauth_v1_RenewComponentTokenRequest__Output, _deviceauth_v1_ComponentToken__Output>
  RevokeSessions: MethodDefinition<_deviceauth_v1_RevokeSessionsRequest, _deviceauth_v1_RevokeSessionsResponse, _deviceauth_v1_RevokeSessionsRequest__Output, _deviceauth_v1_RevokeSessionsResponse__Output>
  RotateServerCa: MethodDefinition<_deviceauth_v1_RotateServerCaRequest, _deviceauth_v1_ServerCa, _deviceauth_v1_RotateServerCaRequest__Output, _deviceauth_v1_ServerCa__Output>
  RotateServerCertificates: MethodDefinition<_deviceauth_v1_RotateServerCertificatesRequest, _deviceauth_v1_ListServerCertificatesResponse, _deviceauth_v1_RotateServerCertificatesRequest__Output, _deviceauth_v1_ListServerCertificatesResponse__Output>
  SetCertificateStatus: MethodDefinition<_deviceauth_v1_SetCertificateStatusRequest, _deviceauth_v1_Certificate, _deviceauth_v1_SetCertificateStatusRequest__Output, _deviceauth_v1_Certificate__Output>
  SetComponentOperations: MethodDefinition<_deviceauth_v1_SetComponentOperationsRequest, _deviceauth_v1_Component, _deviceauth_v1_SetComponentOperationsRequest__Output, _deviceauth_v1_Component__Output>
  UpdateConnectivityInfo: MethodDefinition<_deviceauth_v1_UpdateConnectivityInfoRequest, _deviceauth_v1_UpdateConnectivityInfoResponse, _deviceauth_v1_UpdateConnectivityInfoRequest__Output, _deviceauth_v1_UpdateConnectivityInfoResponse__Output>
  UpdateThing: MethodDefinition<_deviceauth_v1_UpdateThingRequest, _deviceauth_v1_Thing, _deviceauth_v1_UpdateThingRequest__Output, _deviceauth_v1_Thing__Output>
}
