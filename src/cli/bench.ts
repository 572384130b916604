import { commonRules, type Rules, type Values } from './arguments.ts'
export const benchUsage = ['race']
export const benchRules = { quick: { type: 'flag', help: '' }, ...commonRules } as const satisfies Rules
export async function bench(_values: Values<typeof benchRules>): Promise<void> {}
