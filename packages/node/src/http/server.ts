import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MuluError } from '@mulu/registry-core'
import type { Express } from 'express'

/** A listening server. */
export type HttpServer = { readonly url: string; readonly close: () => Promise<void> }

/** Listens; MULU_PORT_BUSY names the port and the option to change it. */
export async function listen(app: Express, host: string, port: number): Promise<HttpServer> {
  const server = createServer(app)
  server.requestTimeout = 300_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((cause: unknown) => {
    throw isBusy(cause)
      ? new MuluError('MULU_PORT_BUSY', { cause, details: { port, host, option: '--port' } })
      : cause
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
