/** How answers tell what the node had heard; the types are in status/as-of.ts and status/share.ts. */

const MS = { type: 'integer', description: 'Epoch milliseconds' }
const COUNT = { type: 'integer', minimum: 0 }

const PART = {
  type: ['object', 'null'],
  required: ['here', 'known'],
  properties: {
    here: { ...COUNT, description: 'Commits that are here and count' },
    known: { ...COUNT, description: 'Commits that the heads of peers tell of, those included' },
  },
}

/** Schemas of the OpenAPI document, by name. */
export const AS_OF_SCHEMAS: Readonly<Record<string, object>> = {
  AsOf: {
    type: 'object',
    description: 'What this node had heard of the federation, and when',
    required: ['nowMs', 'nodes', 'heard', 'agree', 'silent', 'share'],
    properties: {
      nowMs: MS,
      nodes: { ...COUNT, description: 'Nodes of the roster' },
      heard: { ...COUNT, description: 'Nodes heard within the last ten minutes' },
      agree: { ...COUNT, description: 'Nodes that hold the same catalogue' },
      silent: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name: { type: 'object' },
            lastHeardMs: { ...MS, type: ['integer', 'null'] },
          },
        },
      },
      share: { $ref: '#/components/schemas/Share' },
    },
  },
  Share: {
    type: 'object',
    description: 'How much of the catalogue is here, by the heads that peers told of',
    required: ['state', 'ownRegion', 'rest', 'regions'],
    properties: {
      state: {
        type: 'string',
        enum: ['level', 'behind', 'unknown'],
        description:
          'level: all that peers told of; behind: less; unknown: no peer was compared with since the start',
      },
      ownRegion: {
        ...PART,
        description: 'The region of this node; null unless behind, or where its agency has none',
      },
      rest: { ...PART, description: 'All other regions; null unless behind, or without any' },
      regions: {
        type: 'array',
        description: 'Each region while behind, the own one first',
        items: {
          type: 'object',
          properties: {
            region: {
              type: ['string', 'null'],
              description: 'Its code; null for agencies without one',
            },
            ...PART.properties,
          },
        },
      },
    },
  },
}
