import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { BrokerInfo as _emqx_exhook_v2_BrokerInfo, BrokerInfo__Output as _emqx_exhook_v2_BrokerInfo__Output } from './emqx/exhook/v2/BrokerInfo.ts';
import type { ClientAuthenticateRequest as _emqx_exhook_v2_ClientAuthenticateRequest, ClientAuthenticateRequest__Output as _emqx_exhook_v2_ClientAuthenticateRequest__Output } from './emqx/exhook/v2/ClientAuthenticateRequest.ts';
import type { ClientAuthorizeRequest as _emqx_exhook_v2_ClientAuthorizeRequest, ClientAuthorizeRequest__Output as _emqx_exhook_v2_ClientAuthorizeRequest__Output } from './emqx/exhook/v2/ClientAuthorizeRequest.ts';
import type { ClientConnackRequest as _emqx_exhook_v2_ClientConnackRequest, ClientConnackRequest__Output as _emqx_exhook_v2_ClientConnackRequest__Output } from './emqx/exhook/v2/ClientConnackRequest.ts';
import type { ClientConnectRequest as _emqx_exhook_v2_ClientConnectRequest, ClientConnectRequest__Output as _emqx_exhook_v2_ClientConnectRequest__Output } from './emqx/exhook/v2/ClientConnectRequest.ts';
import type { ClientConnectedRequest as _emqx_exhook_v2_ClientConnectedRequest, ClientConnectedRequest__Output as _emqx_exhook_v2_ClientConnectedRequest__Output } from './emqx/exhook/v2/ClientConnectedRequest.ts';
import type { ClientDisconnectedRequest as _emqx_exhook_v2_ClientDisconnectedRequest, ClientDisconnectedRequest__Output as _emqx_exhook_v2_ClientDisconnectedRequest__Output } from './emqx/exhook/v2/ClientDisconnectedRequest.ts';
import type { ClientInfo as _emqx_exhook_v2_ClientInfo, ClientInfo__Output as _emqx_exhook_v2_ClientInfo__Output } from './emqx/exhook/v2/ClientInfo.ts';
import type { ClientSubscribeRequest as _emqx_exhook_v2_ClientSubscribeRequest, ClientSubscribeRequest__Output as _emqx_exhook_v2_ClientSubscribeRequest__Output } from './emqx/exhook/v2/ClientSubscribeRequest.ts';
import type { ClientUnsubscribeRequest as _emqx_exhook_v2_ClientUnsubscribeRequest, ClientUnsubscribeRequest__Output as _emqx_exhook_v2_ClientUnsubscribeRequest__Output } from './emqx/exhook/v2/ClientUnsubscribeRequest.ts';
import type { ConnInfo as _emqx_exhook_v2_ConnInfo, ConnInfo__Output as _emqx_exhook_v2_ConnInfo__Output } from './emqx/exhook/v2/ConnInfo.ts';
import type { EmptySuccess as _emqx_exhook_v2_EmptySuccess, EmptySuccess__Output as _emqx_exhook_v2_EmptySuccess__Output } from './emqx/exhook/v2/EmptySuccess.ts';
import type { HookProviderClient as _emqx_exhook_v2_HookProviderClient, HookProviderDefinition as _emqx_exhook_v2_HookProviderDefinition } from './emqx/exhook/v2/HookProvider.ts';
import type { HookSpec as _emqx_exhook_v2_HookSpec, HookSpec__Output as _emqx_exhook_v2_HookSpec__Output } from './emqx/exhook/v2/HookSpec.ts';
import type { LoadedResponse as _emqx_exhook_v2_LoadedResponse, LoadedResponse__Output as _emqx_exhook_v2_LoadedResponse__Output } from './emqx/exhook/v2/LoadedResponse.ts';
import type { Message as _emqx_exhook_v2_Message, Message__Output as _emqx_exhook_v2_Message__Output } from './emqx/exhook/v2/Message.ts';
import type { MessageAckedRequest as _emqx_exhook_v2_MessageAckedRequest, MessageAckedRequest__Output as _emqx_exhook_v2_MessageAckedRequest__Output } from './emqx/exhook/v2/MessageAckedRequest.ts';
import type { MessageDeliveredRequest as _emqx_exhook_v2_MessageDeliveredRequest, MessageDeliveredRequest__Output as _emqx_exhook_v2_MessageDeliveredRequest__Output } from './emqx/exhook/v2/MessageDeliveredRequest.ts';
import type { MessageDroppedRequest as _emqx_exhook_v2_MessageDroppedRequest, MessageDroppedRequest__Output as _emqx_exhook_v2_MessageDroppedRequest__Output } from './emqx/exhook/v2/MessageDroppedRequest.ts';
import type { MessagePublishRequest as _emqx_exhook_v2_MessagePublishRequest, MessagePublishRequest__Output as _emqx_exhook_v2_MessagePublishRequest__Output } from './emqx/exhook/v2/MessagePublishRequest.ts';
import type { Property as _emqx_exhook_v2_Property, Property__Output as _emqx_exhook_v2_Property__Output } from './emqx/exhook/v2/Property.ts';
import type { ProviderLoadedRequest as _emqx_exhook_v2_ProviderLoadedRequest, ProviderLoadedRequest__Output as _emqx_exhook_v2_ProviderLoadedRequest__Output } from './emqx/exhook/v2/ProviderLoadedRequest.ts';
import type { ProviderUnloadedRequest as _emqx_exhook_v2_ProviderUnloadedRequest, ProviderUnloadedRequest__Output as _emqx_exhook_v2_ProviderUnloadedRequest__Output } from './emqx/exhook/v2/ProviderUnloadedRequest.ts';
import type { RequestMeta as _emqx_exhook_v2_RequestMeta, RequestMeta__Output as _emqx_exhook_v2_RequestMeta__Output } from './emqx/exhook/v2/RequestMeta.ts';
import type { SessionCreatedRequest as _emqx_exhook_v2_SessionCreatedRequest, SessionCreatedRequest__Output as _emqx_exhook_v2_SessionCreatedRequest__Output } from './emqx/exhook/v2/SessionCreatedRequest.ts';
import type { SessionDiscardedRequest as _emqx_exhook_v2_SessionDiscardedRequest, SessionDiscardedRequest__Output as _emqx_exhook_v2_SessionDiscardedRequest__Output } from './emqx/exhook/v2/SessionDiscardedRequest.ts';
import type { SessionResumedRequest as _emqx_exhook_v2_SessionResumedRequest, SessionResumedRequest__Output as _emqx_exhook_v2_SessionResumedRequest__Output } from './emqx/exhook/v2/SessionResumedRequest.ts';
import type { SessionSubscribedRequest as _emqx_exhook_v2_SessionSubscribedRequest, SessionSubscribedRequest__Output as _emqx_exhook_v2_SessionSubscribedRequest__Output } from './emqx/exhook/v2/SessionSubscribedRequest.ts';
import type { SessionTakenoverRequest as _emqx_exhook_v2_SessionTakenoverRequest, SessionTakenoverRequest__Output as _emqx_exhook_v2_SessionTakenoverRequest__Output } from './emqx/exhook/v2/SessionTakenoverRequest.ts';
import type { SessionTerminatedRequest as _emqx_exhook_v2_SessionTerminatedRequest, SessionTerminatedRequest__Output as _emqx_exhook_v2_SessionTerminatedRequest__Output } from './emqx/exhook/v2/SessionTerminatedRequest.ts';
import type { SessionUnsubscribedRequest as _emqx_exhook_v2_SessionUnsubscribedRequest, SessionUnsubscribedRequest__Output as _emqx_exhook_v2_SessionUnsubscribedRequest__Output } from './emqx/exhook/v2/SessionUnsubscribedRequest.ts';
import type { SubOpts as _emqx_exhook_v2_SubOpts, SubOpts__Output as _emqx_exhook_v2_SubOpts__Output } from './emqx/exhook/v2/SubOpts.ts';
import type { TopicFilter as _emqx_exhook_v2_TopicFilter, TopicFilter__Output as _emqx_exhook_v2_TopicFilter__Output } from './emqx/exhook/v2/TopicFilter.ts';
import type { ValuedResponse as _emqx_exhook_v2_ValuedResponse, ValuedResponse__Output as _emqx_exhook_v2_ValuedResponse__Output } from './emqx/exhook/v2/ValuedResponse.ts';
import type { BrokerInfo as _emqx_exhook_v3_BrokerInfo, BrokerInfo__Output as _emqx_exhook_v3_BrokerInfo__Output } from './emqx/exhook/v3/BrokerInfo.ts';
import type { ClientAuthenticateRequest as _emqx_exhook_v3_ClientAuthenticateRequest, ClientAuthenticateRequest__Output as _emqx_exhook_v3_ClientAuthenticateRequest__Output } from './emqx/exhook/v3/ClientAuthenticateRequest.ts';
import type { ClientAuthorizeRequest as _emqx_exhook_v3_ClientAuthorizeRequest, ClientAuthorizeRequest__Output as _emqx_exhook_v3_ClientAuthorizeRequest__Output } from './emqx/exhook/v3/ClientAuthorizeRequest.ts';
import type { ClientConnackRequest as _emqx_exhook_v3_ClientConnackRequest, ClientConnackRequest__Output as _emqx_exhook_v3_ClientConnackRequest__Output } from './emqx/exhook/v3/ClientConnackRequest.ts';
import type { ClientConnectRequest as _emqx_exhook_v3_ClientConnectRequest, ClientConnectRequest__Output as _emqx_exhook_v3_ClientConnectRequest__Output } from './emqx/exhook/v3/ClientConnectRequest.ts';
import type { ClientConnectedRequest as _emqx_exhook_v3_ClientConnectedRequest, ClientConnectedRequest__Output as _emqx_exhook_v3_ClientConnectedRequest__Output } from './emqx/exhook/v3/ClientConnectedRequest.ts';
import type { ClientDisconnectedRequest as _emqx_exhook_v3_ClientDisconnectedRequest, ClientDisconnectedRequest__Output as _emqx_exhook_v3_ClientDisconnectedRequest__Output } from './emqx/exhook/v3/ClientDisconnectedRequest.ts';
import type { ClientInfo as _emqx_exhook_v3_ClientInfo, ClientInfo__Output as _emqx_exhook_v3_ClientInfo__Output } from './emqx/exhook/v3/ClientInfo.ts';
import type { ClientSubscribeRequest as _emqx_exhook_v3_ClientSubscribeRequest, ClientSubscribeRequest__Output as _emqx_exhook_v3_ClientSubscribeRequest__Output } from './emqx/exhook/v3/ClientSubscribeRequest.ts';
import type { ClientUnsubscribeRequest as _emqx_exhook_v3_ClientUnsubscribeRequest, ClientUnsubscribeRequest__Output as _emqx_exhook_v3_ClientUnsubscribeRequest__Output } from './emqx/exhook/v3/ClientUnsubscribeRequest.ts';
import type { ConnInfo as _emqx_exhook_v3_ConnInfo, ConnInfo__Output as _emqx_exhook_v3_ConnInfo__Output } from './emqx/exhook/v3/ConnInfo.ts';
import type { EmptySuccess as _emqx_exhook_v3_EmptySuccess, EmptySuccess__Output as _emqx_exhook_v3_EmptySuccess__Output } from './emqx/exhook/v3/EmptySuccess.ts';
import type { HookProviderClient as _emqx_exhook_v3_HookProviderClient, HookProviderDefinition as _emqx_exhook_v3_HookProviderDefinition } from './emqx/exhook/v3/HookProvider.ts';
import type { HookSpec as _emqx_exhook_v3_HookSpec, HookSpec__Output as _emqx_exhook_v3_HookSpec__Output } from './emqx/exhook/v3/HookSpec.ts';
import type { LoadedResponse as _emqx_exhook_v3_LoadedResponse, LoadedResponse__Output as _emqx_exhook_v3_LoadedResponse__Output } from './emqx/exhook/v3/LoadedResponse.ts';
import type { Message as _emqx_exhook_v3_Message, Message__Output as _emqx_exhook_v3_Message__Output } from './emqx/exhook/v3/Message.ts';
import type { MessageAckedRequest as _emqx_exhook_v3_MessageAckedRequest, MessageAckedRequest__Output as _emqx_exhook_v3_MessageAckedRequest__Output } from './emqx/exhook/v3/MessageAckedRequest.ts';
import type { MessageDeliveredRequest as _emqx_exhook_v3_MessageDeliveredRequest, MessageDeliveredRequest__Output as _emqx_exhook_v3_MessageDeliveredRequest__Output } from './emqx/exhook/v3/MessageDeliveredRequest.ts';
import type { MessageDroppedRequest as _emqx_exhook_v3_MessageDroppedRequest, MessageDroppedRequest__Output as _emqx_exhook_v3_MessageDroppedRequest__Output } from './emqx/exhook/v3/MessageDroppedRequest.ts';
import type { MessagePublishRequest as _emqx_exhook_v3_MessagePublishRequest, MessagePublishRequest__Output as _emqx_exhook_v3_MessagePublishRequest__Output } from './emqx/exhook/v3/MessagePublishRequest.ts';
import type { Property as _emqx_exhook_v3_Property, Property__Output as _emqx_exhook_v3_Property__Output } from './emqx/exhook/v3/Property.ts';
import type { ProviderLoadedRequest as _emqx_exhook_v3_ProviderLoadedRequest, ProviderLoadedRequest__Output as _emqx_exhook_v3_ProviderLoadedRequest__Output } from './emqx/exhook/v3/ProviderLoadedRequest.ts';
import type { ProviderUnloadedRequest as _emqx_exhook_v3_ProviderUnloadedRequest, ProviderUnloadedRequest__Output as _emqx_exhook_v3_ProviderUnloadedRequest__Output } from './emqx/exhook/v3/ProviderUnloadedRequest.ts';
import type { RequestMeta as _emqx_exhook_v3_RequestMeta, RequestMeta__Output as _emqx_exhook_v3_RequestMeta__Output } from './emqx/exhook/v3/RequestMeta.ts';
import type { SessionCreatedRequest as _emqx_exhook_v3_SessionCreatedRequest, SessionCreatedRequest__Output as _emqx_exhook_v3_SessionCreatedRequest__Output } from './emqx/exhook/v3/SessionCreatedRequest.ts';
import type { SessionDiscardedRequest as _emqx_exhook_v3_SessionDiscardedRequest, SessionDiscardedRequest__Output as _emqx_exhook_v3_SessionDiscardedRequest__Output } from './emqx/exhook/v3/SessionDiscardedRequest.ts';
import type { SessionResumedRequest as _emqx_exhook_v3_SessionResumedRequest, SessionResumedRequest__Output as _emqx_exhook_v3_SessionResumedRequest__Output } from './emqx/exhook/v3/SessionResumedRequest.ts';
import type { SessionSubscribedRequest as _emqx_exhook_v3_SessionSubscribedRequest, SessionSubscribedRequest__Output as _emqx_exhook_v3_SessionSubscribedRequest__Output } from './emqx/exhook/v3/SessionSubscribedRequest.ts';
import type { SessionTakenoverRequest as _emqx_exhook_v3_SessionTakenoverRequest, SessionTakenoverRequest__Output as _emqx_exhook_v3_SessionTakenoverRequest__Output } from './emqx/exhook/v3/SessionTakenoverRequest.ts';
import type { SessionTerminatedRequest as _emqx_exhook_v3_SessionTerminatedRequest, SessionTerminatedRequest__Output as _emqx_exhook_v3_SessionTerminatedRequest__Output } from './emqx/exhook/v3/SessionTerminatedRequest.ts';
import type { SessionUnsubscribedRequest as _emqx_exhook_v3_SessionUnsubscribedRequest, SessionUnsubscribedRequest__Output as _emqx_exhook_v3_SessionUnsubscribedRequest__Output } from './emqx/exhook/v3/SessionUnsubscribedRequest.ts';
import type { SubOpts as _emqx_exhook_v3_SubOpts, SubOpts__Output as _emqx_exhook_v3_SubOpts__Output } from './emqx/exhook/v3/SubOpts.ts';
import type { TopicFilter as _emqx_exhook_v3_TopicFilter, TopicFilter__Output as _emqx_exhook_v3_TopicFilter__Output } from './emqx/exhook/v3/TopicFilter.ts';
import type { ValuedResponse as _emqx_exhook_v3_ValuedResponse, ValuedResponse__Output as _emqx_exhook_v3_ValuedResponse__Output } from './emqx/exhook/v3/ValuedResponse.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  emqx: {
    exhook: {
      v2: {
        BrokerInfo: MessageTypeDefinition<_emqx_exhook_v2_BrokerInfo, _emqx_exhook_v2_BrokerInfo__Output>
        ClientAuthenticateRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientAuthenticateRequest, _emqx_exhook_v2_ClientAuthenticateRequest__Output>
        ClientAuthorizeRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientAuthorizeRequest, _emqx_exhook_v2_ClientAuthorizeRequest__Output>
        ClientConnackRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientConnackRequest, _emqx_exhook_v2_ClientConnackRequest__Output>
        ClientConnectRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientConnectRequest, _emqx_exhook_v2_ClientConnectRequest__Output>
        ClientConnectedRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientConnectedRequest, _emqx_exhook_v2_ClientConnectedRequest__Output>
        ClientDisconnectedRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientDisconnectedRequest, _emqx_exhook_v2_ClientDisconnectedRequest__Output>
        ClientInfo: MessageTypeDefinition<_emqx_exhook_v2_ClientInfo, _emqx_exhook_v2_ClientInfo__Output>
        ClientSubscribeRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientSubscribeRequest, _emqx_exhook_v2_ClientSubscribeRequest__Output>
        ClientUnsubscribeRequest: MessageTypeDefinition<_emqx_exhook_v2_ClientUnsubscribeRequest, _emqx_exhook_v2_ClientUnsubscribeRequest__Output>
        ConnInfo: MessageTypeDefinition<_emqx_exhook_v2_ConnInfo, _emqx_exhook_v2_ConnInfo__Output>
        EmptySuccess: MessageTypeDefinition<_emqx_exhook_v2_EmptySuccess, _emqx_exhook_v2_EmptySuccess__Output>
        HookProvider: SubtypeConstructor<typeof grpc.Client, _emqx_exhook_v2_HookProviderClient> & { service: _emqx_exhook_v2_HookProviderDefinition }
        HookSpec: MessageTypeDefinition<_emqx_exhook_v2_HookSpec, _emqx_exhook_v2_HookSpec__Output>
        LoadedResponse: MessageTypeDefinition<_emqx_exhook_v2_LoadedResponse, _emqx_exhook_v2_LoadedResponse__Output>
        Message: MessageTypeDefinition<_emqx_exhook_v2_Message, _emqx_exhook_v2_Message__Output>
        MessageAckedRequest: MessageTypeDefinition<_emqx_exhook_v2_MessageAckedRequest, _emqx_exhook_v2_MessageAckedRequest__Output>
        MessageDeliveredRequest: MessageTypeDefinition<_emqx_exhook_v2_MessageDeliveredRequest, _emqx_exhook_v2_MessageDeliveredRequest__Output>
        MessageDroppedRequest: MessageTypeDefinition<_emqx_exhook_v2_MessageDroppedRequest, _emqx_exhook_v2_MessageDroppedRequest__Output>
        MessagePublishRequest: MessageTypeDefinition<_emqx_exhook_v2_MessagePublishRequest, _emqx_exhook_v2_MessagePublishRequest__Output>
        Property: MessageTypeDefinition<_emqx_exhook_v2_Property, _emqx_exhook_v2_Property__Output>
        ProviderLoadedRequest: MessageTypeDefinition<_emqx_exhook_v2_ProviderLoadedRequest, _emqx_exhook_v2_ProviderLoadedRequest__Output>
        ProviderUnloadedRequest: MessageTypeDefinition<_emqx_exhook_v2_ProviderUnloadedRequest, _emqx_exhook_v2_ProviderUnloadedRequest__Output>
        RequestMeta: MessageTypeDefinition<_emqx_exhook_v2_RequestMeta, _emqx_exhook_v2_RequestMeta__Output>
        SessionCreatedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionCreatedRequest, _emqx_exhook_v2_SessionCreatedRequest__Output>
        SessionDiscardedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionDiscardedRequest, _emqx_exhook_v2_SessionDiscardedRequest__Output>
        SessionResumedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionResumedRequest, _emqx_exhook_v2_SessionResumedRequest__Output>
        SessionSubscribedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionSubscribedRequest, _emqx_exhook_v2_SessionSubscribedRequest__Output>
        SessionTakenoverRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionTakenoverRequest, _emqx_exhook_v2_SessionTakenoverRequest__Output>
        SessionTerminatedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionTerminatedRequest, _emqx_exhook_v2_SessionTerminatedRequest__Output>
        SessionUnsubscribedRequest: MessageTypeDefinition<_emqx_exhook_v2_SessionUnsubscribedRequest, _emqx_exhook_v2_SessionUnsubscribedRequest__Output>
        SubOpts: MessageTypeDefinition<_emqx_exhook_v2_SubOpts, _emqx_exhook_v2_SubOpts__Output>
        TopicFilter: MessageTypeDefinition<_emqx_exhook_v2_TopicFilter, _emqx_exhook_v2_TopicFilter__Output>
        ValuedResponse: MessageTypeDefinition<_emqx_exhook_v2_ValuedResponse, _emqx_exhook_v2_ValuedResponse__Output>
      }
      v3: {
        BrokerInfo: MessageTypeDefinition<_emqx_exhook_v3_BrokerInfo, _emqx_exhook_v3_BrokerInfo__Output>
        ClientAuthenticateRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientAuthenticateRequest, _emqx_exhook_v3_ClientAuthenticateRequest__Output>
        ClientAuthorizeRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientAuthorizeRequest, _emqx_exhook_v3_ClientAuthorizeRequest__Output>
        ClientConnackRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientConnackRequest, _emqx_exhook_v3_ClientConnackRequest__Output>
        ClientConnectRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientConnectRequest, _emqx_exhook_v3_ClientConnectRequest__Output>
        ClientConnectedRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientConnectedRequest, _emqx_exhook_v3_ClientConnectedRequest__Output>
        ClientDisconnectedRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientDisconnectedRequest, _emqx_exhook_v3_ClientDisconnectedRequest__Output>
        ClientInfo: MessageTypeDefinition<_emqx_exhook_v3_ClientInfo, _emqx_exhook_v3_ClientInfo__Output>
        ClientSubscribeRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientSubscribeRequest, _emqx_exhook_v3_ClientSubscribeRequest__Output>
        ClientUnsubscribeRequest: MessageTypeDefinition<_emqx_exhook_v3_ClientUnsubscribeRequest, _emqx_exhook_v3_ClientUnsubscribeRequest__Output>
        ConnInfo: MessageTypeDefinition<_emqx_exhook_v3_ConnInfo, _emqx_exhook_v3_ConnInfo__Output>
        EmptySuccess: MessageTypeDefinition<_emqx_exhook_v3_EmptySuccess, _emqx_exhook_v3_EmptySuccess__Output>
        HookProvider: SubtypeConstructor<typeof grpc.Client, _emqx_exhook_v3_HookProviderClient> & { service: _emqx_exhook_v3_HookProviderDefinition }
        HookSpec: MessageTypeDefinition<_emqx_exhook_v3_HookSpec, _emqx_exhook_v3_HookSpec__Output>
        LoadedResponse: MessageTypeDefinition<_emqx_exhook_v3_LoadedResponse, _emqx_exhook_v3_LoadedResponse__Output>
        Message: MessageTypeDefinition<_emqx_exhook_v3_Message, _emqx_exhook_v3_Message__Output>
        MessageAckedRequest: MessageTypeDefinition<_emqx_exhook_v3_MessageAckedRequest, _emqx_exhook_v3_MessageAckedRequest__Output>
        MessageDeliveredRequest: MessageTypeDefinition<_emqx_exhook_v3_MessageDeliveredRequest, _emqx_exhook_v3_MessageDeliveredRequest__Output>
        MessageDroppedRequest: MessageTypeDefinition<_emqx_exhook_v3_MessageDroppedRequest, _emqx_exhook_v3_MessageDroppedRequest__Output>
        MessagePublishRequest: MessageTypeDefinition<_emqx_exhook_v3_MessagePublishRequest, _emqx_exhook_v3_MessagePublishRequest__Output>
        Property: MessageTypeDefinition<_emqx_exhook_v3_Property, _emqx_exhook_v3_Property__Output>
        ProviderLoadedRequest: MessageTypeDefinition<_emqx_exhook_v3_ProviderLoadedRequest, _emqx_exhook_v3_ProviderLoadedRequest__Output>
        ProviderUnloadedRequest: MessageTypeDefinition<_emqx_exhook_v3_ProviderUnloadedRequest, _emqx_exhook_v3_ProviderUnloadedRequest__Output>
        RequestMeta: MessageTypeDefinition<_emqx_exhook_v3_RequestMeta, _emqx_exhook_v3_RequestMeta__Output>
        SessionCreatedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionCreatedRequest, _emqx_exhook_v3_SessionCreatedRequest__Output>
        SessionDiscardedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionDiscardedRequest, _emqx_exhook_v3_SessionDiscardedRequest__Output>
        SessionResumedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionResumedRequest, _emqx_exhook_v3_SessionResumedRequest__Output>
        SessionSubscribedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionSubscribedRequest, _emqx_exhook_v3_SessionSubscribedRequest__Output>
        SessionTakenoverRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionTakenoverRequest, _emqx_exhook_v3_SessionTakenoverRequest__Output>
        SessionTerminatedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionTerminatedRequest, _emqx_exhook_v3_SessionTerminatedRequest__Output>
        SessionUnsubscribedRequest: MessageTypeDefinition<_emqx_exhook_v3_SessionUnsubscribedRequest, _emqx_exhook_v3_SessionUnsubscribedRequest__Output>
        SubOpts: MessageTypeDefinition<_emqx_exhook_v3_SubOpts, _emqx_exhook_v3_SubOpts__Output>
        TopicFilter: MessageTypeDefinition<_emqx_exhook_v3_TopicFilter, _emqx_exhook_v3_TopicFilter__Output>
        ValuedResponse: MessageTypeDefinition<_emqx_exhook_v3_ValuedResponse, _emqx_exhook_v3_ValuedResponse__Output>
      }
    }
  }
}

