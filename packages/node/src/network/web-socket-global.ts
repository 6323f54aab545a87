// @libp2p/websockets dials with the global WebSocket, which Node gained in 22. Remove with Node 20.
import { WebSocket } from 'ws'

if (!('WebSocket' in globalThis)) {
  Object.defineProperty(globalThis, 'WebSocket', {
    configurable: true,
    writable: true,
    value: WebSocket,
  })
}
