/** A relay on the loopback that counts what passes: the bytes of TCP, packed and encrypted. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A running relay. */
export type Relay = AsyncDisposable & {
  /** Where to dial instead of the address. */
  readonly address: string
  /** Bytes from the node behind it, and to it. */
  readonly counts: () => { readonly from: number; readonly to: number }
}

/** Relays to a multiaddr `/ip4/…/tcp/<port>/p2p/…`. */
export async function startRelay(address: string): Promise<Relay> {
  const port = Number(/\/tcp\/(\d+)\//.exec(address)?.[1])
  const sockets = new Set<Socket>()
  let [from, to] = [0, 0]
  // A relay that gathers what is short would answer for the line, by up to 40 ms at a time.
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => sockets.delete(socket))
    }
    near.on('data', (data: Buffer) => {
      to += data.length
    })
    far.on('data', (data: Buffer) => {
      from += data.length
    })
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: address.replace(/\/tcp\/\d+\//, `/tcp/${(server.address() as AddressInfo).port}/`),
    counts: () => ({ from, to }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
