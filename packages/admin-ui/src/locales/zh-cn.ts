import type { en } from './en.ts'
import { zhCnBundle } from './zh-cn/bundle.ts'
import { zhCnFrame } from './zh-cn/frame.ts'
import { zhCnNode } from './zh-cn/node.ts'
import { zhCnPart } from './zh-cn/part.ts'
import { zhCnPortal } from './zh-cn/portal.ts'
import { zhCnRecord } from './zh-cn/record.ts'
import { zhCnSituation } from './zh-cn/situation.ts'

/** Chinese has one plural form, so every key but English’s singular ones. */
type Key = Exclude<keyof typeof en, `${string}_one`>

/** Chinese; the type makes a missing key an error. */
export const zhCn: Readonly<Record<Key, string>> = {
  ...zhCnPortal,
  ...zhCnRecord,
  ...zhCnSituation,
  ...zhCnNode,
  ...zhCnPart,
  ...zhCnBundle,
  ...zhCnFrame,
}
