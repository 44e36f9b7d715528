/** What the server refused and why: its problem document (RFC 9457) as an error. */

export interface ProblemDocument {
  type?: string
  title?: string
  status?: number
  detail?: string
  field?: string
  errors?: Record<string, string>
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail = '',
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(detail ? `${title}：${detail}` : title)
    this.name = 'Problem'
  }
}

const TITLES: Record<number, string> = {
  401: '请先登录',
  403: '无权访问',
  404: '未找到',
  409: '内容已被他人修改',
  413: '文件过大',
  422: '填写有误',
  429: '操作过于频繁，请稍后再试',
}

function fallbackTitle(status: number): string {
  if (status >= 500) return '服务暂时不可用'
  return TITLES[status] ?? '请求未被接受'
}

/** A problem from whatever body came with an error status; a body that is no document still gets a sentence. */
export function problemFrom(status: number, body: unknown): Problem {
  const document: ProblemDocument = typeof body === 'object' && body !== null ? body : {}
  const title = document.title ?? fallbackTitle(status)
  const code = document.type?.split('/').pop() ?? `http-${status}`
  const fields = { ...document.errors }
  if (document.field) fields[document.field] ??= document.detail || title
  return new Problem(status, code, title, document.detail ?? '', fields)
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  return new Problem(0, 'unreachable', '无法连接服务器', '请检查网络后重试')
}
