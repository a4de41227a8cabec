// Original file: proto/emqx/exhook/v2/exhook.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClientAuthenticateRequest as _emqx_exhook_v2_ClientAuthenticateRequest, ClientAuthenticateRequest__Output as _emqx_exhook_v2_ClientAuthenticateRequest__Output } from '../../../emqx/exhook/v2/ClientAuthenticateRequest.ts';
import type { ClientAuthorizeRequest as _emqx_exhook_v2_ClientAuthorizeRequest, ClientAuthorizeRequest__Output as _emqx_exhook_v2_ClientAuthorizeRequest__Output } from '../../../emqx/exhook/v2/ClientAuthorizeRequest.ts';
import type { ClientConnackRequest as _emqx_exhook_v2_ClientConnackRequest, ClientConnackRequest__Output as _emqx_exhook_v2_ClientConnackRequest__Output } from '../../../emqx/exhook/v2/ClientConnackRequest.ts';
import type { ClientConnectRequest as _emqx_exhook_v2_ClientConnectRequest, ClientConnectRequest__Output as _emqx_exhook_v2_ClientConnectRequest__Output } from '../../../emqx/exhook/v2/ClientConnectRequest.ts';
import type { ClientConnectedRequest as _emqx_exhook_v2_ClientConnectedRequest, ClientConnectedRequest__Output as _emqx_exhook_v2_ClientConnectedRequest__Output } from '../../../emqx/exhook/v2/ClientConnectedRequest.ts';
import type { ClientDisconnectedRequest as _emqx_exhook_v2_ClientDisconnectedRequest, ClientDisconnectedRequest__Output as _emqx_exhook_v2_ClientDisconnectedRequest__Output } from '../../../emqx/exhook/v2/ClientDisconnectedRequest.ts';
import type { ClientSubscribeRequest as _emqx_exhook_v2_ClientSubscribeRequest, ClientSubscribeRequest__Output as _emqx_exhook_v2_ClientSubscribeRequest__Output } from '../../../emqx/exhook/v2/ClientSubscribeRequest.ts';
import type { ClientUnsubscribeRequest as _emqx_exhook_v2_ClientUnsubscribeRequest, ClientUnsubscribeRequest__Output as _emqx_exhook_v2_ClientUnsubscribeRequest__Output } from '../../../emqx/exhook/v2/ClientUnsubscribeRequest.ts';
import type { EmptySuccess as _emqx_exhook_v2_EmptySuccess, EmptySuccess__Output as _emqx_exhook_v2_EmptySuccess__Output } from '../../../emqx/exhook/v2/EmptySuccess.ts';
import type { LoadedResponse as _emqx_exhook_v2_LoadedResponse, LoadedResponse__Output as _emqx_exhook_v2_LoadedResponse__Output } from '../../../emqx/exhook/v2/LoadedResponse.ts';
import type { MessageAckedRequest as _emqx_exhook_v2_MessageAckedRequest, MessageAckedRequest__Output as _emqx_exhook_v2_MessageAckedRequest__Output } from '../../../emqx/exhook/v2/MessageAckedRequest.ts';
import type { MessageDeliveredRequest as _emqx_exhook_v2_MessageDeliveredRequest, MessageDeliveredRequest__Output as _emqx_exhook_v2_MessageDeliveredRequest__Output } from '../../../emqx/exhook/v2/MessageDeliveredRequest.ts';
import type { MessageDroppedRequest as _emqx_exhook_v2_MessageDroppedRequest, MessageDroppedRequest__Output as _emqx_exhook_v2_MessageDroppedRequest__Output } from '../../../emqx/exhook/v2/MessageDroppedRequest.ts';
import type { MessagePublishRequest as _emqx_exhook_v2_MessagePublishRequest, MessagePublishRequest__Output as _emqx_exhook_v2_MessagePublishRequest__Output } from '../../../emqx/exhook/v2/MessagePublishRequest.ts';
import type { ProviderLoadedRequest as _emqx_exhook_v2_ProviderLoadedRequest, ProviderLoadedRequest__Output as _emqx_exhook_v2_ProviderLoadedRequest__Output } from '../../../emqx/exhook/v2/ProviderLoadedRequest.ts';
import type { ProviderUnloadedRequest as _emqx_exhook_v2_ProviderUnloadedRequest, ProviderUnloadedRequest__Output as _emqx_exhook_v2_ProviderUnloadedRequest__Output } from '../../../emqx/exhook/v2/ProviderUnloadedRequest.ts';
import type { SessionCreatedRequest as _emqx_exhook_v2_SessionCreatedRequest, SessionCreatedRequest__Output as _emqx_exhook_v2_SessionCreatedRequest__Output } from '../../../emqx/exhook/v2/SessionCreatedRequest.ts';
import type { SessionDiscardedRequest as _emqx_exhook_v2_SessionDiscardedRequest, SessionDiscardedRequest__Output as _emqx_exhook_v2_SessionDiscardedRequest__Output } from '../../../emqx/exhook/v2/SessionDiscardedRequest.ts';
import type { SessionResumedRequest as _emqx_exhook_v2_SessionResumedRequest, SessionResumedRequest__Output as _emqx_exhook_v2_SessionResumedRequest__Output } from '../../../emqx/exhook/v2/SessionResumedRequest.ts';
import type { SessionSubscribedRequest as _emqx_exhook_v2_SessionSubscribedRequest, SessionSubscribedRequest__Output as _emqx_exhook_v2_SessionSubscribedRequest__Output } from '../../../emqx/exhook/v2/SessionSubscribedRequest.ts';
import type { SessionTakenoverRequest as _emqx_exhook_v2_SessionTakenoverRequest, SessionTakenoverRequest__Output as _emqx_exhook_v2_SessionTakenoverRequest__Output } from '../../../emqx/exhook/v2/SessionTakenoverRequest.ts';
import type { SessionTerminatedRequest as _emqx_exhook_v2_SessionTerminatedRequest, SessionTerminatedRequest__Output as _emqx_exhook_v2_SessionTerminatedRequest__Output } from '../../../emqx/exhook/v2/SessionTerminatedRequest.ts';
import type { SessionUnsubscribedRequest as _emqx_exhook_v2_SessionUnsubscribedRequest, SessionUnsubscribedRequest__Output as _emqx_exhook_v2_SessionUnsubscribedRequest__Output } from '../../../emqx/exhook/v2/SessionUnsubscribedRequest.ts';
import type { ValuedResponse as _emqx_exhook_v2_ValuedResponse, ValuedResponse__Output as _emqx_exhook_v2_ValuedResponse__Output } from '../../../emqx/exhook/v2/ValuedResponse.ts';

export interface HookProviderClient extends grpc.Client {
  OnClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthenticate(argument: _emqx_exhook_v2_ClientAuthenticateRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  OnClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onClientAuthorize(argument: _emqx_exhook_v2_ClientAuthorizeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  OnClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnack(argument: _emqx_exhook_v2_ClientConnackRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnect(argument: _emqx_exhook_v2_ClientConnectRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientConnected(argument: _emqx_exhook_v2_ClientConnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientDisconnected(argument: _emqx_exhook_v2_ClientDisconnectedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientSubscribe(argument: _emqx_exhook_v2_ClientSubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onClientUnsubscribe(argument: _emqx_exhook_v2_ClientUnsubscribeRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageAcked(argument: _emqx_exhook_v2_MessageAckedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDelivered(argument: _emqx_exhook_v2_MessageDeliveredRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onMessageDropped(argument: _emqx_exhook_v2_MessageDroppedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  OnMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  onMessagePublish(argument: _emqx_exhook_v2_MessagePublishRequest, callback: grpc.requestCallback<_emqx_exhook_v2_ValuedResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  OnProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  OnProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  onProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  onProviderLoaded(argument: _emqx_exhook_v2_ProviderLoadedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_LoadedResponse__Output>): grpc.ClientUnaryCall;
  
  OnProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onProviderUnloaded(argument: _emqx_exhook_v2_ProviderUnloadedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionCreated(argument: _emqx_exhook_v2_SessionCreatedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionDiscarded(argument: _emqx_exhook_v2_SessionDiscardedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionResumed(argument: _emqx_exhook_v2_SessionResumedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionSubscribed(argument: _emqx_exhook_v2_SessionSubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTakenover(argument: _emqx_exhook_v2_SessionTakenoverRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionTerminated(argument: _emqx_exhook_v2_SessionTerminatedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
  OnSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  OnSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  onSessionUnsubscribed(argument: _emqx_exhook_v2_SessionUnsubscribedRequest, callback: grpc.requestCallback<_emqx_exhook_v2_EmptySuccess__Output>): grpc.ClientUnaryCall;
  
}

export interface HookProviderHandlers extends grpc.UntypedServiceImplementation {
  OnClientAuthenticate: grpc.handleUnaryCall<_emqx_exhook_v2_ClientAuthenticateRequest__Output, _emqx_exhook_v2_ValuedResponse>;
  
  OnClientAuthorize: grpc.handleUnaryCall<_emqx_exhook_v2_ClientAuthorizeRequest__Output, _emqx_exhook_v2_ValuedResponse>;
  
  OnClientConnack: grpc.handleUnaryCall<_emqx_exhook_v2_ClientConnackRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnClientConnect: grpc.handleUnaryCall<_emqx_exhook_v2_ClientConnectRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnClientConnected: grpc.handleUnaryCall<_emqx_exhook_v2_ClientConnectedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnClientDisconnected: grpc.handleUnaryCall<_emqx_exhook_v2_ClientDisconnectedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnClientSubscribe: grpc.handleUnaryCall<_emqx_exhook_v2_ClientSubscribeRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnClientUnsubscribe: grpc.handleUnaryCall<_emqx_exhook_v2_ClientUnsubscribeRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnMessageAcked: grpc.handleUnaryCall<_emqx_exhook_v2_MessageAckedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnMessageDelivered: grpc.handleUnaryCall<_emqx_exhook_v2_MessageDeliveredRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnMessageDropped: grpc.handleUnaryCall<_emqx_exhook_v2_MessageDroppedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnMessagePublish: grpc.handleUnaryCall<_emqx_exhook_v2_MessagePublishRequest__Output, _emqx_exhook_v2_ValuedResponse>;
  
  /**
   * EMQX (again) has a connection. The answer says which hooks it is to call.
   */
  OnProviderLoaded: grpc.handleUnaryCall<_emqx_exhook_v2_ProviderLoadedRequest__Output, _emqx_exhook_v2_LoadedResponse>;
  
  OnProviderUnloaded: grpc.handleUnaryCall<_emqx_exhook_v2_ProviderUnloadedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionCreated: grpc.handleUnaryCall<_emqx_exhook_v2_SessionCreatedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionDiscarded: grpc.handleUnaryCall<_emqx_exhook_v2_SessionDiscardedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionResumed: grpc.handleUnaryCall<_emqx_exhook_v2_SessionResumedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionSubscribed: grpc.handleUnaryCall<_emqx_exhook_v2_SessionSubscribedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionTakenover: grpc.handleUnaryCall<_emqx_exhook_v2_SessionTakenoverRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionTerminated: grpc.handleUnaryCall<_emqx_exhook_v2_SessionTerminatedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
  OnSessionUnsubscribed: grpc.handleUnaryCall<_emqx_exhook_v2_SessionUnsubscribedRequest__Output, _emqx_exhook_v2_EmptySuccess>;
  
}

export interface HookProviderDefinition extends grpc.ServiceDefinition {
  OnClientAuthenticate: MethodDefinition<_emqx_exhook_v2_ClientAuthenticateRequest, _emqx_exhook_v2_ValuedResponse, _emqx_exhook_v2_ClientAuthenticateRequest__Output, _emqx_exhook_v2_ValuedResponse__Output>
  OnClientAuthorize: MethodDefinition<_emqx_exhook_v2_ClientAuthorizeRequest, _emqx_exhook_v2_ValuedResponse, _emqx_exhook_v2_ClientAuthorizeRequest__Output, _emqx_exhook_v2_ValuedResponse__Output>
  OnClientConnack: MethodDefinition<_emqx_exhook_v2_ClientConnackRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientConnackRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnClientConnect: MethodDefinition<_emqx_exhook_v2_ClientConnectRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientConnectRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnClientConnected: MethodDefinition<_emqx_exhook_v2_ClientConnectedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientConnectedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnClientDisconnected: MethodDefinition<_emqx_exhook_v2_ClientDisconnectedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientDisconnectedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnClientSubscribe: MethodDefinition<_emqx_exhook_v2_ClientSubscribeRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientSubscribeRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnClientUnsubscribe: MethodDefinition<_emqx_exhook_v2_ClientUnsubscribeRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ClientUnsubscribeRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnMessageAcked: MethodDefinition<_emqx_exhook_v2_MessageAckedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_MessageAckedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnMessageDelivered: MethodDefinition<_emqx_exhook_v2_MessageDeliveredRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_MessageDeliveredRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnMessageDropped: MethodDefinition<_emqx_exhook_v2_MessageDroppedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_MessageDroppedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnMessagePublish: MethodDefinition<_emqx_exhook_v2_MessagePublishRequest, _emqx_exhook_v2_ValuedResponse, _emqx_exhook_v2_MessagePublishRequest__Output, _emqx_exhook_v2_ValuedResponse__Output>
  OnProviderLoaded: MethodDefinition<_emqx_exhook_v2_ProviderLoadedRequest, _emqx_exhook_v2_LoadedResponse, _emqx_exhook_v2_ProviderLoadedRequest__Output, _emqx_exhook_v2_LoadedResponse__Output>
  OnProviderUnloaded: MethodDefinition<_emqx_exhook_v2_ProviderUnloadedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_ProviderUnloadedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionCreated: MethodDefinition<_emqx_exhook_v2_SessionCreatedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionCreatedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionDiscarded: MethodDefinition<_emqx_exhook_v2_SessionDiscardedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionDiscardedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionResumed: MethodDefinition<_emqx_exhook_v2_SessionResumedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionResumedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionSubscribed: MethodDefinition<_emqx_exhook_v2_SessionSubscribedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionSubscribedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionTakenover: MethodDefinition<_emqx_exhook_v2_SessionTakenoverRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionTakenoverRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionTerminated: MethodDefinition<_emqx_exhook_v2_SessionTerminatedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionTerminatedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
  OnSessionUnsubscribed: MethodDefinition<_emqx_exhook_v2_SessionUnsubscribedRequest, _emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_SessionUnsubscribedRequest__Output, _emqx_exhook_v2_EmptySuccess__Output>
}
