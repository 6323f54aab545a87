/** Bundles over HTTP: taken away as a download, brought in as a body, both as streams. */
import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler, Response, Router } from 'express'
import type { ExportedBundle, ExportOrder } from '../../bundle/export-bundle.ts'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { answerLong, drained } from '../answer-long.ts'
import { apiPath } from '../api-paths.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { readQuery } from '../read-query.ts'

/** Adds the routes; `guard` lets only holders of the access key through. */
export function addBundleRoutes(router: Router, context: NodeContext, guard: RequestHandler): void {
  addBackupRoute(router, context, guard)
  const operations = localOperations(context)
  const declared = apiPath('post', '/api/v1/bundles/export')
  router.post('/api/v1/bundles/export', guard, async (request, response) => {
    const values = readQuery(request, declared)
    const [to] = values['to'] ?? []
    const encrypt = encryptionOf(request, values['encrypt']?.[0])
    const bundle = await operations.exportBundle({
      ...(to === undefined ? {} : { to }),
      all: values['all'] !== undefined,
      ...(hasBody(request) ? { since: request } : {}),
      ...(encrypt === undefined ? {} : { encrypt }),
    })
    await send(response, bundle)
  })
  router.post('/api/v1/bundles', guard, oneAtATime('MULU_BUSY'), async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/bundles'))
    const passphrase = passphraseOf(request)
    const bytes = Number(request.get('mulu-bytes') ?? request.get('content-length'))
    await answerLong(context, request, response, (onProgress) =>
      operations.importBundle({
        source: request,
        ...(Number.isSafeInteger(bytes) && bytes > 0 ? { bytes } : {}),
        ...(passphrase === undefined ? {} : { passphrase }),
        onProgress,
      }),
    )
  })
}

/** The whole node but for its keys. */
function addBackupRoute(router: Router, context: NodeContext, guard: RequestHandler): void {
  router.post('/api/v1/backup', guard, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/backup'))
    const { commits, chunks } = await localOperations(context).backup(passphraseOf(request))
    await send(response, { commits, to: 0, chunks })
  })
}

/** Whoever reads slowly holds the making up; a bundle that fails on the way is broken off. */
async function send(response: Response, bundle: ExportedBundle): Promise<void> {
  response.type('application/octet-stream')
  response.attachment('mulu.bundle')
  response.set({ 'mulu-commits': String(bundle.commits), 'mulu-to': String(bundle.to) })
  try {
    for await (const chunk of bundle.chunks) {
      if (response.destroyed) return
      if (!response.write(chunk)) await drained(response)
    }
    response.end()
  } catch (error) {
    if (!response.headersSent) throw error
    response.destroy()
  }
}

function encryptionOf(request: Request, name: string | undefined): ExportOrder['encrypt'] {
  if (name !== 'passphrase') return name === 'key' ? 'key' : undefined
  const passphrase = passphraseOf(request)
  if (passphrase !== undefined) return { passphrase }
  throw new MuluError('MULU_REQUEST', { details: { header: 'mulu-passphrase' } })
}

/** The passphrase in its header: UTF-8 in base64url, since headers hold no Chinese. */
function passphraseOf(request: Request): string | undefined {
  const text = request.get('mulu-passphrase')
  return text === undefined ? undefined : Buffer.from(text, 'base64url').toString('utf8')
}

function hasBody(request: Request): boolean {
  return request.get('transfer-encoding') !== undefined || Number(request.get('content-length')) > 0
}
