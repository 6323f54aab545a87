import { ERRORS } from '@mulu/registry-core'
import { SOFTWARE } from '../software.ts'
import { API_PATHS, type ApiPath } from './api-paths.ts'
import { AS_OF_SCHEMAS } from './as-of-schema.ts'

/** The OpenAPI 3.1 document of this node. */
export function openApiDocument(): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const row of API_PATHS) {
    const path = row.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [row.method]: operationOf(row) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mulu node', version: SOFTWARE, license: { name: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: { accessKey: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...AS_OF_SCHEMAS,
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
            code: { type: 'string', enum: Object.keys(ERRORS) },
          },
        },
      },
    },
  }
}

function operationOf(row: ApiPath): Readonly<Record<string, unknown>> {
  const inPath = [...row.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = row.query.map(({ name, description, schema, many }) => ({
    name,
    in: 'query',
    description,
    schema: many === true ? { type: 'array', items: schema } : schema,
  }))
  const problem = {
    description: 'Refused',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  return {
    summary: row.summary,
    parameters: [...inPath, ...inQuery],
    responses: {
      200: { description: 'Done', content: { [row.produces]: answerOf(row) } },
      default: problem,
    },
    ...(row.needsKey ? { security: [{ accessKey: [] }] } : {}),
  }
}

function answerOf({ isAsOf }: ApiPath): Readonly<Record<string, unknown>> {
  if (isAsOf !== true) return {}
  const properties = { asOf: { $ref: '#/components/schemas/AsOf' } }
  return { schema: { type: 'object', required: ['asOf'], properties } }
}
