import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { ERRORS } from '@mulu/registry-core'
import { expect } from 'chai'
import type { Express } from 'express'
import { API_PATHS } from '../../src/http/api-paths.ts'
import { createApp } from '../../src/http/app.ts'
import { createTestNode, type TestNode, tempDir } from '../test-node.ts'

describe('the surface of the HTTP server', () => {
  let node: TestNode
  let removePages: () => Promise<void>

  before(async () => {
    const [pages, remove] = await tempDir()
    removePages = remove
    await mkdir(join(pages, 'assets'))
    await writeFile(join(pages, 'index.html'), '<!doctype html><title>Mulu</title>')
    await writeFile(join(pages, 'assets', 'app-1a2b.js'), 'export {}')
    node = await createTestNode({ pages })
  })
  after(async () => {
    await node.close()
    await removePages()
  })

  it('[HT38] describes exactly the API that it serves', async () => {
    const { body } = await node.get('/openapi.json')
    expect(body.openapi).to.match(/^3\.1/)
    const described = Object.entries<object>(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    )
    const app = createApp(node.context, node.key)
    expect(described).to.have.members(servedRoutes(app))
    expect(described).to.have.length(API_PATHS.length)
  })

  it('[HT39] answers at every described address, and there is no other one', async () => {
    const { body } = await node.get('/openapi.json')
    for (const [path, operations] of Object.entries<Record<string, Operation>>(body.paths)) {
      const at = path.replace('{ns}', '1').replace('{kind}', 'service').replace('{local}', 'x')
      for (const [method, operation] of Object.entries(operations)) {
        const { status, body: answer } = await node.get(at, { method: method.toUpperCase() })
        const isOpen = operation.security === undefined
        const code = answer?.code
        // A ticket that nobody was given fetches nothing.
        if (path.endsWith('{ticket}')) expect(code, path).to.equal('MULU_NOT_FOUND')
        else if (isOpen) expect(code ?? status, path).to.be.oneOf([200, 'MULU_RECORD_NOT_FOUND'])
        else expect([status, code], path).to.deep.equal([401, 'MULU_AUTHENTICATION'])
      }
    }
    for (const path of ['/api/v1/nothing', '/api/', '/api/v2/status']) {
      const { status, body: answer } = await node.get(path)
      expect([status, answer.code], path).to.deep.equal([404, 'MULU_NOT_FOUND'])
    }
  })

  it('[HT40] gives every refusal as a problem document with a code of the table', async () => {
    const { body, headers, status } = await node.get('/api/v1/records/1/service/x')
    expect(headers.get('content-type')).to.match(/^application\/problem\+json/)
    expect(body).to.include.all.keys('type', 'title', 'status', 'detail', 'code')
    expect(Object.keys(ERRORS)).to.include(body.code)
    expect(body.status).to.equal(status)
  })

  it('[HT41] answers an unexpected error with an id that is also in the log, and nothing else', async () => {
    const { registry } = node.context.store
    const own = Object.getOwnPropertyDescriptor(registry, 'totals')
    Object.defineProperty(registry, 'totals', {
      configurable: true,
      value: () => {
        throw new Error('a secret of the inside')
      },
    })
    try {
      const { status, body, text } = await node.get('/api/v1/status')
      expect([status, body.code]).to.deep.equal([500, 'MULU_INTERNAL'])
      expect(text).to.not.include('secret').and.not.include('.ts')
      expect(body.id).to.match(/^[0-9a-f-]{36}$/)
      const line = node.logged.find((logged) => logged.includes(body.id))
      expect(line).to.include('a secret of the inside')
    } finally {
      if (own === undefined) Reflect.deleteProperty(registry, 'totals')
      else Object.defineProperty(registry, 'totals', own)
    }
  })

  it('[HT42] sets strict headers and does not say what it is made with', async () => {
    for (const path of ['/', '/api/v1/status', '/api/v1/nothing']) {
      const { headers } = await node.get(path)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy, path).to.include("default-src 'self'").and.include("object-src 'none'")
      expect(policy, path).to.not.include('unsafe-eval')
      expect(policy.match(/script-src[^;]*unsafe/), path).to.equal(null)
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
      expect(headers.get('x-powered-by'), path).to.equal(null)
    }
  })

  it('[HT43] serves the one page at every address of the pages, and assets for ever', async () => {
    for (const path of ['/', '/situation', '/records/1/service/x', '/node']) {
      const { status, text } = await node.get(path, { headers: { accept: 'text/html' } })
      expect([status, text.includes('<title>Mulu')], path).to.deep.equal([200, true])
    }
    const asset = await node.get('/assets/app-1a2b.js')
    expect(asset.headers.get('cache-control')).to.include('immutable').and.include('31536000')
    expect((await node.get('/assets/gone.js')).status).to.equal(404)
    expect((await node.get('/')).headers.get('cache-control')).to.include('max-age=0')
  })

  it('[HT44] says whether it lives and whether it has a roster', async () => {
    expect((await node.get('/healthz')).status).to.equal(200)
    expect((await node.get('/readyz')).status).to.equal(200)
  })

  it('[HT45] survives addresses that cannot be decoded and paths that climb', async () => {
    const bad = await node.get('/api/v1/records/1/service/%E0%A4%A')
    expect(bad.status).to.be.within(400, 404)
    const { port } = new URL(node.url)
    const status = await rawStatus(Number(port), '/assets/../../../../etc/passwd')
    expect(status).to.be.oneOf([400, 403, 404])
    expect((await node.get('/healthz')).status).to.equal(200)
  })

  it('[HT46] keeps the access key out of the log', async () => {
    await node.own('/api/v1/ticket')
    await node.own('/api/v1/records?colour=red')
    expect(node.logged.join('')).to.not.include(node.key)
  })
})

type Operation = { readonly security?: unknown }
type Layer = {
  readonly route?: { readonly path: unknown; readonly methods: Record<string, boolean> }
}

/** Routes of the API as express has them, in the form of the document. */
function servedRoutes(app: Express): readonly string[] {
  const { stack } = app.router as unknown as { readonly stack: readonly Layer[] }
  return stack.flatMap(({ route }) => {
    const path = route?.path
    if (route === undefined || typeof path !== 'string' || !/^\/(api\/|feed\.)/.test(path))
      return []
    const written = path.replace(/:(\w+)/g, '{$1}')
    return Object.keys(route.methods).map((method) => `${method} ${written}`)
  })
}

/** `fetch` tidies paths up; this sends one as it is. */
function rawStatus(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, host: '127.0.0.1' }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    sent.end()
  })
}
