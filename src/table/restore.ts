// A model of a table that comes of JSON.
import { clip, describe, unexpected, WasmpropError } from '../errors.ts'
import { networkFromJSON } from '../network/restore.ts'
import { isOptionObject } from '../options/check.ts'
import type { Calibration, MemberKind, TargetModel } from './ensemble.ts'
import { FORMAT, TableModel, type TableModelParts, VERSION } from './model.ts'
import type { Target } from './target.ts'

/** The model that `toJSON` wrote: predicts the same bits. Rejects with INVALID_MODEL what is not one, UNSUPPORTED_MODEL what a newer version wrote. */
export async function tableModelFromJSON(value: unknown): Promise<TableModel> {
  const json = typeof value === 'string' ? parse(value) : value
  const { format, version, digest, targets, ...parts } = (isOptionObject(json) ? json : {}) as Record<string, unknown>
  if (format !== FORMAT) throw unexpected('INVALID_MODEL', 'format', `"${FORMAT}"`, describe(format))
  if (version !== VERSION) {
    const code = typeof version === 'number' && version > VERSION ? 'UNSUPPORTED_MODEL' : 'INVALID_MODEL'
    throw unexpected(code, 'version', String(VERSION), describe(version))
  }
  if (!Array.isArray(targets)) throw unexpected('INVALID_MODEL', 'targets', 'an array', describe(targets))
  const revived: TargetModel[] = []
  try {
    for (const target of targets) revived.push(await reviveTarget(target))
    return new TableModel({ ...(parts as unknown as TableModelParts), targets: revived })
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    throw new WasmpropError(
      'INVALID_MODEL',
      'expected a model that toJSON of a table model wrote, got one with parts missing',
      { cause },
    )
  }
}

interface TargetJSON {
  readonly target: Target
  readonly means: readonly number[]
  readonly calibration: Calibration
  readonly members: readonly {
    recipe: MemberKind
    weight: number
    networks: readonly unknown[]
  }[]
}

async function reviveTarget({ target, means, calibration, members }: TargetJSON): Promise<TargetModel> {
  const revived = []
  for (const { networks, ...member } of members) {
    revived.push({ ...member, networks: await Promise.all(networks.map((network) => networkFromJSON(network))) })
  }
  return { target, means, ensemble: { members: revived, calibration } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unexpected('INVALID_MODEL', 'model', 'JSON', clip(String(cause)))
  }
}
