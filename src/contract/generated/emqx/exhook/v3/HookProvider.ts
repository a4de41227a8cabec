// Original file: proto/emqx/exhook/v3/exhook.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClientAuthenticateRequest as _emqx_exhook_v3_ClientAuthenticateRequest, ClientAuthenticateRequest__Output as _emqx_exhook_v3_ClientAuthenticateRequest__Output } from '../../../emqx/exhook/v3/ClientAuthenticateRequest.ts';
import type { ClientAuthorizeRequest as _emqx_exhook_v3_ClientAuthorizeRequest, ClientAuthorizeRequest__Output as _emqx_exhook_v3_ClientAuthorizeRequest__Output } from '../../../emqx/exhook/v3/ClientAuthorizeRequest.ts';
import type { ClientConnackRequest as _emqx_exhook_v3_ClientConnackRequest, ClientConnackRequest__Output as _emqx_exhook_v3_ClientConnackRequest__Output } from '../../../emqx/exhook/v3/ClientConnackRequest.ts';
import type { ClientConnectRequest as _emqx_exhook_v3_ClientConnectRequest, ClientConnectRequest__Output as _emqx_exhook_v3_ClientConnectRequest__Output } from '../../../emqx/exhook/v3/ClientConnectRequest.ts';
import type { ClientConnectedRequest as _emqx_exhook_v3_ClientConnectedRequest, ClientConnectedRequest__Output as _emqx_exhook_v3_ClientConnectedRequest__Output } from '../../../emqx/exhook/v3/ClientConnectedRequest.ts';
import type { ClientDisconnectedRequest as _emqx_exhook_v3_ClientDisconnectedRequest, ClientDisconnectedRequest__Output as _emqx_exhook_v3_ClientDisconnectedRequest__Output } from '../../../emqx/exhook/v3/ClientDisconnectedRequest.ts';
import type { ClientSubscribeRequest as _emqx_exhook_v3_ClientSubscribeRequest, ClientSubscribeRequest__Output as _emqx_exhook_v3_ClientSubscribeRequest__Output } from '../../../emqx/exhook/v3/ClientSubscribeRequest.ts';
import type { ClientUnsubscribeRequest as _emqx_exhook_v3_ClientUnsubscribeRequest, ClientUnsubscribeRequest__Output as _emqx_exhook_v3_ClientUnsubscribeRequest__Output } from '../../../emqx/exhook/v3/ClientUnsubscribeRequest.ts';
import type { EmptySuccess as _emqx_exhook_v3_EmptySuccess, EmptySuccess__Output as _emqx_exhook_v3_EmptySuccess__Output } from '../../../emqx/exhook/v3/EmptySuccess.ts';
import type { LoadedResponse as _emqx_exhook_v3_LoadedResponse, LoadedResponse__Output as _emqx_exhook_v3_LoadedResponse__Output } from '../../../emqx/exhook/v3/LoadedResponse.ts';
import type { MessageAckedRequest as _emqx_exhook_v3_MessageAckedRequest, MessageAckedRequest__Output as _emqx_exhook_v3_MessageAckedRequest__Output } from '../../../emqx/exhook/v3/MessageAckedRequest.ts';
import type { MessageDeliveredRequest as _emqx_exhook_v3_MessageDeliveredRequest, MessageDeliveredRequest__Output as _emqx_exhook_v3_MessageDeliveredRequest__Output } from '../../../emqx/exhook/v3/MessageDeliveredRequest.ts';
import type { MessageDroppedRequest as _emqx_exhook_v3_MessageDroppedRequest, MessageDroppedRequest__Output as _emqx_exhook_v3_MessageDroppedRequest__Output } from '../../../emqx/exhook/v3/MessageDroppedRequest.ts';
import type { MessagePublishRequest as _emqx_exhook_v3_MessagePublishRequest, MessagePublishRequest__Output as _emqx_exhook_v3_MessagePublishRequest__Output } from '../../../emqx/exhook/v3/MessagePublishRequest.ts';
import type { ProviderLoadedRequest as _emqx_exhook_v3_ProviderLoadedRequest, ProviderLoadedRequest__Output as _emqx_exhook_v3_ProviderLoadedRequest__Output } from '../../../emqx/exhook/v3/ProviderLoadedRequest.ts';
import type { ProviderUnloadedRequest as _emqx_exhook_v3_ProviderUnloadedRequest, ProviderUnloadedRequest__Output as _emqx_exhook_v3_ProviderUnloadedRequest__Output } from '../../../emqx/exhook/v3/ProviderUnloadedRequest.ts';
import type { SessionCreatedRequest as _emqx_exhook_v3_SessionCreatedRequest, SessionCreatedRequest__Output as _emqx_exhook_v3_SessionCreatedRequest__Output } from '../../../emqx/exhook/v3/SessionCreatedRequest.ts';
import type { SessionDiscardedRequest as _emqx_exhook_v3_SessionDiscardedRequest, SessionDiscardedRequest__Output as _emqx_exhook_v3_SessionDiscardedRequest__Output } from '../../../emqx/exhook/v3/SessionDiscardedRequest.ts';
import type { SessionResumedRequest as _emqx_exhook_v3_SessionResumedRequest, SessionResumedRequest__Output as _emqx_exhook_v3_SessionResumedRequest__Output } from '../../../emqx/exhook/v3/SessionResumedRequest.ts';
import type { SessionSubscribedRequest as _emqx_exhook_v3_SessionSubscribedRequest, SessionSubscribedRequest__Output as _emqx_exhook_v3_SessionSubscribedRequest__Output } from '../../../emqx/exhook/v3/SessionSubscribedRequest.ts';
import type { SessionTakenoverRequest as _emqx_exhook_v3_SessionTakenoverRequest, SessionTakenoverRequest__Output as _emqx_exhook_v3_SessionTakenoverRequest__Output } from '../../../emqx/exhook/v3/SessionTakenoverRequest.ts';
import type { SessionTerminatedRequest as _emqx_exhook_v3_SessionTerminatedRequest, SessionTerminatedRequest__Output as _emqx_exhook_v3_SessionTerminatedRequest__Output } from '../../../emqx/exhook/v3/SessionTerminatedRequest.ts';
import type { SessionUnsubscribedRequest as _emqx_exhook_v3_SessionUnsubscribedRequest, SessionUnsubscribedRequest__Output as _emqx_exhook_v3_SessionUnsubscribedRequest__Output } from '../../../emqx/exhook/v3/SessionUnsubscribedRequest.ts';
import type { ValuedResponse as _emqx_exhook_v3_ValuedResponse, ValuedResponse__Output as _emqx_exhook_v3_ValuedResponse__Output } from '../../../emqx/exhook/v3/ValuedResponse.ts';

export interface HookProviderClient extends grpc.Client {
  OnClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v3_ClientAuthenticateRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  OnClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v3_ClientAuthorizeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  OnClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v3_ClientConnackRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v3_ClientConnectRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v3_ClientConnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v3_ClientDisconnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v3_ClientSubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v3_ClientUnsubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v3_MessageAckedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v3_MessageDeliveredRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v3_MessageDroppedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v3_MessagePublishRequest, callback: grpc.requestCallback<_emqx_exhook_v3_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  OnProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  onProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v3_ProviderLoadedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_LoadedResponse__Output>): grpc.ClientUnaryCall;
  
  OnProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v3_ProviderUnloadedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v3_SessionCreatedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v3_SessionDiscardedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v3_SessionResumedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v3_SessionSubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v3_SessionTakenoverRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v3_SessionTerminatedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v3_SessionUnsubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v3_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
}

export interface HookProviderHandlers extends grpc.UntypedServiceImplementation {
  OnClientAuthenticate: grpc.handleUnaryCall<_emqx_exhook_v3_ClientAuthenticateRequest__Output, _emqx_exhook_v3_ValuedResponse>;
  
  OnClientAuthorize: grpc.handleUnaryCall<_emqx_exhook_v3_ClientAuthorizeRequest__Output, _emqx_exhook_v3_ValuedResponse>;
  
  OnClientConnack: grpc.handleUnaryCall<_emqx_exhook_v3_ClientConnackRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnClientConnect: grpc.handleUnaryCall<_emqx_exhook_v3_ClientConnectRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnClientConnected: grpc.handleUnaryCall<_emqx_exhook_v3_ClientConnectedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnClientDisconnected: grpc.handleUnaryCall<_emqx_exhook_v3_ClientDisconnectedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnClientSubscribe: grpc.handleUnaryCall<_emqx_exhook_v3_ClientSubscribeRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnClientUnsubscribe: grpc.handleUnaryCall<_emqx_exhook_v3_ClientUnsubscribeRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnMessageAcked: grpc.handleUnaryCall<_emqx_exhook_v3_MessageAckedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnMessageDelivered: grpc.handleUnaryCall<_emqx_exhook_v3_MessageDeliveredRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnMessageDropped: grpc.handleUnaryCall<_emqx_exhook_v3_MessageDroppedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnMessagePublish: grpc.handleUnaryCall<_emqx_exhook_v3_MessagePublishRequest__Output, _emqx_exhook_v3_ValuedResponse>;
  
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  OnProviderLoaded: grpc.handleUnaryCall<_emqx_exhook_v3_ProviderLoadedRequest__Output, _emqx_exhook_v3_LoadedResponse>;
  
  OnProviderUnloaded: grpc.handleUnaryCall<_emqx_exhook_v3_ProviderUnloadedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionCreated: grpc.handleUnaryCall<_emqx_exhook_v3_SessionCreatedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionDiscarded: grpc.handleUnaryCall<_emqx_exhook_v3_SessionDiscardedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionResumed: grpc.handleUnaryCall<_emqx_exhook_v3_SessionResumedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionSubscribed: grpc.handleUnaryCall<_emqx_exhook_v3_SessionSubscribedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionTakenover: grpc.handleUnaryCall<_emqx_exhook_v3_SessionTakenoverRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionTerminated: grpc.handleUnaryCall<_emqx_exhook_v3_SessionTerminatedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
  OnSessionUnsubscribed: grpc.handleUnaryCall<_emqx_exhook_v3_SessionUnsubscribedRequest__Output, _emqx_exhook_v3_EmptySuccess>;
  
}

export interface HookProviderDefinition extends grpc.ServiceDefinition {
  OnClientAuthenticate: MethodDefinition<_emqx_exhook_v3_ClientAuthenticateRequest, _emqx_exhook_v3_ValuedResponse, _emqx_exhook_v3_ClientAuthenticateRequest__Output, _emqx_exhook_v3_ValuedResponse__Output>
  OnClientAuthorize: MethodDefinition<_emqx_exhook_v3_ClientAuthorizeRequest, _emqx_exhook_v3_ValuedResponse, _emqx_exhook_v3_ClientAuthorizeRequest__Output, _emqx_exhook_v3_ValuedResponse__Output>
  OnClientConnack: MethodDefinition<_emqx_exhook_v3_ClientConnackRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientConnackRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnClientConnect: MethodDefinition<_emqx_exhook_v3_ClientConnectRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientConnectRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnClientConnected: MethodDefinition<_emqx_exhook_v3_ClientConnectedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientConnectedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnClientDisconnected: MethodDefinition<_emqx_exhook_v3_ClientDisconnectedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientDisconnectedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnClientSubscribe: MethodDefinition<_emqx_exhook_v3_ClientSubscribeRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientSubscribeRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnClientUnsubscribe: MethodDefinition<_emqx_exhook_v3_ClientUnsubscribeRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ClientUnsubscribeRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnMessageAcked: MethodDefinition<_emqx_exhook_v3_MessageAckedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_MessageAckedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnMessageDelivered: MethodDefinition<_emqx_exhook_v3_MessageDeliveredRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_MessageDeliveredRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnMessageDropped: MethodDefinition<_emqx_exhook_v3_MessageDroppedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_MessageDroppedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnMessagePublish: MethodDefinition<_emqx_exhook_v3_MessagePublishRequest, _emqx_exhook_v3_ValuedResponse, _emqx_exhook_v3_MessagePublishRequest__Output, _emqx_exhook_v3_ValuedResponse__Output>
  OnProviderLoaded: MethodDefinition<_emqx_exhook_v3_ProviderLoadedRequest, _emqx_exhook_v3_LoadedResponse, _emqx_exhook_v3_ProviderLoadedRequest__Output, _emqx_exhook_v3_LoadedResponse__Output>
  OnProviderUnloaded: MethodDefinition<_emqx_exhook_v3_ProviderUnloadedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_ProviderUnloadedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionCreated: MethodDefinition<_emqx_exhook_v3_SessionCreatedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionCreatedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionDiscarded: MethodDefinition<_emqx_exhook_v3_SessionDiscardedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionDiscardedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionResumed: MethodDefinition<_emqx_exhook_v3_SessionResumedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionResumedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionSubscribed: MethodDefinition<_emqx_exhook_v3_SessionSubscribedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionSubscribedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionTakenover: MethodDefinition<_emqx_exhook_v3_SessionTakenoverRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionTakenoverRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionTerminated: MethodDefinition<_emqx_exhook_v3_SessionTerminatedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionTerminatedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
  OnSessionUnsubscribed: MethodDefinition<_emqx_exhook_v3_SessionUnsubscribedRequest, _emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_SessionUnsubscribedRequest__Output, _emqx_exhook_v3_EmptySuccess__Output>
}
