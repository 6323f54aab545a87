import type { Vocabulary } from '../profile.ts'
import { CN_THEMES } from './cn-theme.ts'
import { EU_DATA_THEMES } from './eu-data-theme.ts'

/** Themes a record may carry: EU data themes, and the Chinese taxonomy with the prefix `cn:`. */
export const THEMES: Vocabulary = {
  label: { 'zh-Hans': '主题', en: 'Theme' },
  source: 'http://publications.europa.eu/resource/authority/data-theme; GB/T 21063.4',
  confidence: 'secondary',
  terms: [...EU_DATA_THEMES, ...CN_THEMES],
}
