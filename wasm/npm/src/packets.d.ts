// Packets, as the events 'packetsend', 'packetreceive' and 'message' show them. `Packet` narrows by `cmd`.
// Reason codes and properties belong to MQTT 5: with 3.1.1 they are undefined.
import type {PayloadBuffer} from './payload.js';

export type QoS = 0 | 1 | 2;
export type UserProperties = {[name: string]: string | string[]};

export type PacketCmd = Packet['cmd'];

export interface IPacket {
  cmd: 'auth' | 'connack' | 'connect' | 'disconnect' | 'pingreq' | 'pingresp' | 'puback' | 'pubcomp' | 'publish' | 'pubrel' |
    'pubrec' | 'suback' | 'subscribe' | 'unsuback' | 'unsubscribe';
  messageId?: number;
  /** Of the packet, after its fixed header. */
  length?: number;
}

interface Answer {
  /** MQTT 5. */
  reasonCode?: number;
  /** MQTT 5. */
  properties?: {reasonString?: string; userProperties?: UserProperties};
}

interface MessageProperties {
  /** true: the payload is UTF-8. */
  payloadFormatIndicator?: boolean;
  /** Seconds. */
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: PayloadBuffer;
  userProperties?: UserProperties;
}

/** Of a message that is sent. */
export interface PublishProperties extends Omit<MessageProperties, 'correlationData'> {
  correlationData?: Uint8Array | string;
  /** Only in what is received. */
  subscriptionIdentifier?: number | number[];
  /** Later, topic '' with this number stands for this topic. With `autoAssignTopicAlias` it has a number on the wire, too. */
  topicAlias?: number;
}

export interface IWill {
  topic: string;
  /** Default: empty. */
  payload?: string | Uint8Array;
  qos?: QoS;
  retain?: boolean;
  /** MQTT 5; with 3.1.1: UnsupportedError. */
  properties?: Omit<PublishProperties, 'subscriptionIdentifier' | 'topicAlias'> & {
    /** Seconds that the broker waits for the client to come back. */
    willDelayInterval?: number;
  };
}

export interface IConnectPacket extends IPacket {
  cmd: 'connect';
  clientId: string;
  protocolVersion?: 3 | 4 | 5;
  protocolId?: 'MQTT' | 'MQIsdp';
  clean?: boolean;
  keepalive?: number;
  username?: string;
  password?: PayloadBuffer;
  will?: IWill;
  /** MQTT 5. */
  properties?: {
    /** Seconds that the session outlives a connection; default: 0, it does not. */
    sessionExpiryInterval?: number;
    /** Messages of QoS 1 and 2 that may be under way to us at once; more ends the connection. */
    receiveMaximum?: number;
    /** Bytes; more ends the connection. Instead of `maxPacketBytes`. */
    maximumPacketSize?: number;
    /** Topics that the broker may give numbers to; default: 0. */
    topicAliasMaximum?: number;
    requestResponseInformation?: boolean; requestProblemInformation?: boolean; userProperties?: UserProperties;
    authenticationMethod?: string; authenticationData?: PayloadBuffer;
  };
}

export interface IConnackPacket extends IPacket {
  cmd: 'connack';
  returnCode?: number;
  /** MQTT 5. */
  reasonCode?: number;
  sessionPresent: boolean;
  /** MQTT 5. */
  properties?: {
    sessionExpiryInterval?: number; receiveMaximum?: number; maximumQoS?: number; retainAvailable?: boolean;
    maximumPacketSize?: number; assignedClientIdentifier?: string; topicAliasMaximum?: number; reasonString?: string;
    userProperties?: UserProperties; wildcardSubscriptionAvailable?: boolean; subscriptionIdentifiersAvailable?: boolean;
    sharedSubscriptionAvailable?: boolean; serverKeepAlive?: number; responseInformation?: string; serverReference?: string;
    authenticationMethod?: string; authenticationData?: PayloadBuffer;
  };
}

export interface IPublishPacket extends IPacket {
  cmd: 'publish';
  topic: string;
  /** What was received is a Buffer (in a browser: a Payload); what is sent is as the application gave it. */
  payload: string | PayloadBuffer;
  qos: QoS;
  retain: boolean;
  dup: boolean;
  /** MQTT 5. */
  properties?: MessageProperties & {topicAlias?: number; subscriptionIdentifier?: number | number[]};
  /** wasmqtt extension, with `manualAcknowledge` and QoS 1 or 2: sends PUBACK or PUBREC. */
  acknowledge?(): void;
}
export interface IPubackPacket extends IPacket, Answer { cmd: 'puback' }
export interface IPubrecPacket extends IPacket, Answer { cmd: 'pubrec' }
export interface IPubrelPacket extends IPacket, Answer { cmd: 'pubrel' }
export interface IPubcompPacket extends IPacket, Answer { cmd: 'pubcomp' }

export interface ISubscription { topic: string; qos: QoS; nl?: boolean; rap?: boolean; rh?: number }
export interface ISubscribePacket extends IPacket {
  cmd: 'subscribe';
  subscriptions: ISubscription[];
  /** MQTT 5. */
  properties?: {reasonString?: string; subscriptionIdentifier?: number; userProperties?: UserProperties};
}
/** `granted`: for each filter its QoS, or, refused, 128 or another reason code of MQTT 5 from 128 on. */
export interface ISubackPacket extends IPacket, Answer { cmd: 'suback'; granted: number[] }
export interface IUnsubscribePacket extends IPacket {
  cmd: 'unsubscribe';
  unsubscriptions: string[];
  /** MQTT 5. */
  properties?: {reasonString?: string; userProperties?: UserProperties};
}
export interface IUnsubackPacket extends IPacket, Answer { cmd: 'unsuback'; granted: number[] }

export interface IPingreqPacket extends IPacket { cmd: 'pingreq' }
export interface IPingrespPacket extends IPacket { cmd: 'pingresp' }

export interface IDisconnectPacket extends IPacket {
  cmd: 'disconnect';
  /** MQTT 5. */
  reasonCode?: number;
  /** MQTT 5. */
  properties?: {sessionExpiryInterval?: number; reasonString?: string; userProperties?: UserProperties; serverReference?: string};
}
/** MQTT 5's AUTH. Of what is sent, only `properties` count, without their method: the rest is as the exchange asks. */
export interface IAuthPacket extends IPacket {
  cmd: 'auth';
  reasonCode: number;
  properties?: {
    authenticationMethod?: string; authenticationData?: PayloadBuffer; reasonString?: string; userProperties?: UserProperties;
  };
}

export type Packet =
  IConnectPacket | IConnackPacket | IPublishPacket | IPubackPacket | IPubrecPacket | IPubrelPacket | IPubcompPacket |
  ISubscribePacket | ISubackPacket | IUnsubscribePacket | IUnsubackPacket | IPingreqPacket | IPingrespPacket |
  IDisconnectPacket | IAuthPacket;
