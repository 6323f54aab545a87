/** libp2p as Mulu uses it: TCP and WebSocket, noise, yamux, identify, and explicit limits. */
import './promise-with-resolvers.ts'
import './length-guard.ts'
import './web-socket-global.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { limits, MuluError } from '@mulu/registry-core'
import { createLibp2p } from 'libp2p'
import { createSigner } from '../crypto.ts'
import type { NetworkLimits, NetworkOptions } from './network-options.ts'

const DIAL_TIMEOUT_MS = 10_000
/**
 * A connection may rest this long: longer than from one round to the next, and than the wait for a
 * frame. By itself libp2p ends it after two minutes, and an idle pair would shake hands all day.
 */
const REST_MS = 360_000
/** Agencies share gateways, so many honest nodes can come from one address at once. */
const INBOUND_PER_HOST_PER_SECOND = 32
const INBOUND_PENDING_MAX = 32
const READ_BUFFER_BYTES_MAX = 4 * limits.FRAME_BYTES_MAX
const WRITE_BUFFER_BYTES_MAX = 8 * limits.FRAME_BYTES_MAX
const STREAM_WINDOW_BYTES_MAX = 2 * limits.FRAME_BYTES_MAX

/** libp2p takes seed and public key in a row; to find the public key by itself takes it 20 ms. */
function transportKey(seed: Uint8Array): PrivateKey {
  const [, ...publicKey] = createSigner(seed).publicKey
  return privateKeyFromRaw(Uint8Array.of(...seed, ...publicKey))
}

/** Makes the transport; it neither listens nor dials before it is started. */
export async function createTransport(
  options: NetworkOptions,
  networkLimits: NetworkLimits,
  connectionGater: ConnectionGater,
): Promise<Libp2p> {
  return createLibp2p({
    start: false,
    privateKey: transportKey(options.seed),
    addresses: { listen: listenAddresses(options), announce: [...(options.announce ?? [])] },
    transports: [
      tcp({
        backlog: INBOUND_PENDING_MAX,
        inboundSocketInactivityTimeout: REST_MS,
        outboundSocketInactivityTimeout: REST_MS,
      }),
      webSockets(),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        // Rounds notice a dead peer; pings of the muxer alone would cost an idle pair more.
        enableKeepAlive: false,
        streamOptions: {
          maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX,
          maxReadBufferLength: READ_BUFFER_BYTES_MAX,
          maxWriteBufferLength: WRITE_BUFFER_BYTES_MAX,
        },
      }),
    ],
    peerDiscovery: options.mdns ? [mdns()] : [],
    services: { identify: identify({ protocolPrefix: 'mulu' }) },
    connectionGater,
    connectionManager: {
      maxConnections: networkLimits.connectionsMax,
      maxParallelDials: networkLimits.dialsMax,
      maxIncomingPendingConnections: INBOUND_PENDING_MAX,
      inboundConnectionThreshold: INBOUND_PER_HOST_PER_SECOND,
      dialTimeout: DIAL_TIMEOUT_MS,
    },
    // Rounds notice a dead peer; pings would cost an idle pair bytes for nothing.
    connectionMonitor: { enabled: false },
  })
}

/** Starts to listen; MULU_PORT_BUSY when a port is taken. */
export async function startTransport(libp2p: Libp2p, options: NetworkOptions): Promise<void> {
  try {
    await libp2p.start()
  } catch (cause) {
    await libp2p.stop()
    const { tcpPort, wsPort } = options.listen
    if (!isPortBusy(cause)) throw cause
    throw new MuluError('MULU_PORT_BUSY', { cause, details: { tcpPort, wsPort } })
  }
}

function isPortBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const nested = error instanceof AggregateError ? error.errors : [error.cause]
  return `${error.message}`.includes('EADDRINUSE') || nested.some(isPortBusy)
}

function listenAddresses({ listen }: NetworkOptions): string[] {
  const { host, tcpPort, wsPort = 0 } = listen
  const base = `${host.includes(':') ? '/ip6' : '/ip4'}/${host}/tcp`
  const plain = `${base}/${tcpPort}`
  return wsPort === 0 ? [plain] : [plain, `${base}/${wsPort}/ws`]
}
