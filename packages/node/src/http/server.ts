import { createServer, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { MuluError } from '@mulu/registry-core'
import type { Express } from 'express'
import { problemOf } from './on-error.ts'

/** A listening server. */
export type HttpServer = { readonly url: string; readonly close: () => Promise<void> }

/** Listens; MULU_PORT_BUSY names the port and the option to change it. */
export async function listen(app: Express, host: string, port: number): Promise<HttpServer> {
  const server = createServer(app)
  // Bodies have limits of their own (incoming-body.ts), since a long one may take longer than others.
  server.requestTimeout = 0
  server.headersTimeout = 30_000
  server.maxHeadersCount = 100
  server.on('clientError', (error, socket) => refuseRaw(error, socket))
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

/** Answers bytes that are no HTTP, or headers over the limit, before any route sees them. */
function refuseRaw(error: Error, socket: Duplex): void {
  if (!socket.writable || ('code' in error && error.code === 'ECONNRESET')) {
    socket.destroy()
    return
  }
  const isLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW'
  const problem = problemOf(new MuluError(isLarge ? 'MULU_LIMIT' : 'MULU_REQUEST'))
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
