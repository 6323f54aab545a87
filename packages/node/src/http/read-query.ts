import { MuluError } from '@mulu/registry-core'
import type { Request } from 'express'
import type { ApiPath, Parameter } from './api-paths.ts'

/** Values by parameter; only declared parameters are let through. */
export type QueryValues = Readonly<Record<string, readonly string[]>>

/** Reads the query of a request by its declaration; MULU_QUERY names a parameter that is wrong. */
export function readQuery(request: Request, declared: ApiPath): QueryValues {
  const search = new URL(request.originalUrl, 'http://node').searchParams
  const values: Record<string, string[]> = {}
  for (const [name, value] of search) {
    const parameter = declared.query.find((row) => row.name === name)
    if (parameter === undefined) {
      const known = declared.query.map((row) => row.name)
      throw new MuluError('MULU_QUERY', { details: { parameter: name, known } })
    }
    const parts = parameter.many === true ? value.split(',').filter((part) => part !== '') : [value]
    for (const part of parts) checkValue(parameter, part)
    const before = values[name] ?? []
    if (before.length > 0 && parameter.many !== true) refuse(parameter, 'It is given twice.')
    values[name] = [...before, ...parts]
  }
  return values
}

function checkValue(parameter: Parameter, value: string): void {
  const { enum: choices, type, minimum, maximum } = parameter.schema
  if (Array.isArray(choices) && !choices.includes(value)) {
    refuse(parameter, `It is one of ${choices.join(', ')}.`)
  }
  if (type !== 'integer') return
  const number = Number(value)
  const isWithin = number >= Number(minimum) && number <= Number(maximum)
  if (!/^\d+$/.test(value) || !isWithin) {
    refuse(parameter, `It is a whole number from ${minimum} to ${maximum}.`)
  }
}

function refuse(parameter: Parameter, reason: string): never {
  throw new MuluError('MULU_QUERY', { details: { parameter: parameter.name, reason } })
}
