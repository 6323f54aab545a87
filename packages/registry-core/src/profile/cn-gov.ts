import type { JsonObject } from '../encoding/json.ts'
import { RESOURCE } from './kinds/resource.ts'
import { SHARING_WITH_CONDITION } from './kinds/schema-parts.ts'
import { SERVICE } from './kinds/service.ts'
import { SHARED_PROPERTIES } from './kinds/shared-properties.ts'
import type { Confidence, FieldNote, KindProfile, Profile } from './profile.ts'
import { SYNONYMS } from './synonyms.ts'
import { VOCABULARIES } from './vocabularies/all.ts'

const GUIDE = '发改高技术〔2017〕1272号'

/** Path, element of the guide, obligation, and how sure the obligation is. */
type Element = readonly [
  path: string,
  element: string,
  obligation: NonNullable<FieldNote['obligation']>,
  confidence: Confidence,
]

/** The 13 core elements on DCAT words. Obligations that are not confirmed are in no schema. */
const ELEMENTS: readonly Element[] = [
  ['theme', '1 信息资源分类', 'mandatory', 'unconfirmed'],
  ['title/*', '2 信息资源名称', 'mandatory', 'confirmed'],
  ['identifier', '3 信息资源代码', 'mandatory', 'unconfirmed'],
  ['publisher/name', '4 信息资源提供方', 'mandatory', 'unconfirmed'],
  ['publisher/code', '5 信息资源提供方代码', 'mandatory', 'unconfirmed'],
  ['description/*', '6 信息资源摘要', 'mandatory', 'confirmed'],
  ['format', '7 信息资源格式', 'mandatory', 'unconfirmed'],
  ['items/*', '8 信息项信息', 'conditional', 'unconfirmed'],
  ['sharing/type', '9 共享属性', 'mandatory', 'confirmed'],
  ['sharing/condition', '9 共享属性', 'conditional', 'confirmed'],
  ['sharing/method', '9 共享属性', 'conditional', 'unconfirmed'],
  ['openness/type', '10 开放属性', 'mandatory', 'unconfirmed'],
  ['openness/condition', '10 开放属性', 'conditional', 'unconfirmed'],
  ['frequency', '11 更新周期', 'mandatory', 'unconfirmed'],
  ['issued', '12 发布日期', 'mandatory', 'unconfirmed'],
  ['relation', '13 关联资源代码', 'optional', 'secondary'],
]

function withElements(
  fields: Readonly<Record<string, FieldNote>>,
): Readonly<Record<string, FieldNote>> {
  const elementByPath = new Map(ELEMENTS.map((row) => [row[0], row]))
  const entries = Object.entries(fields).map(([path, note]): [string, FieldNote] => {
    const row = elementByPath.get(path)
    if (row === undefined) return [path, note]
    const [, element, obligation, confidence] = row
    return [path, { ...note, element, obligation, confidence, source: GUIDE }]
  })
  return Object.fromEntries(entries)
}

/** What a Chinese catalogue asks beyond the neutral profile: every entry states its sharing. */
function withSharing(kind: KindProfile, properties: JsonObject): KindProfile {
  return {
    ...kind,
    schema: {
      ...kind.schema,
      required: ['title', 'description', 'sharing'],
      properties: { ...properties, sharing: SHARING_WITH_CONDITION },
    },
    fields: withElements(kind.fields),
  }
}

/** The profile of a Chinese government information resource catalogue. */
export const CN_GOV_PROFILE: Profile = {
  id: 'cn-gov',
  version: 1,
  label: { 'zh-Hans': '政务信息资源目录', en: 'Chinese government information resources' },
  kinds: {
    resource: withSharing(RESOURCE, RESOURCE.schema['properties'] as JsonObject),
    service: withSharing(SERVICE, SHARED_PROPERTIES),
  },
  vocabularies: VOCABULARIES,
  synonyms: SYNONYMS,
}
