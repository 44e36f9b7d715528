/** Attachments: sent with their progress shown, told about, taken back. */
import { api, body, cookie } from '@/api/client'
import { Problem, problemFrom } from '@/api/problem'
import type { Schemas } from '@/api/types'

export type Attachment = Schemas['FileOut']

const UPLOAD_ADDRESS = '/api/v1/files'

function answerOf(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText)
  } catch {
    return request.responseText
  }
}

/** Sends one file; `fetch` cannot tell how much of it has gone, so this is the one place that uses the older way. */
export function sendFile(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', UPLOAD_ADDRESS)
    request.setRequestHeader('X-CSRFToken', cookie('csrftoken'))
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0)
    request.onload = () => {
      if (request.status === 201) resolve(answerOf(request) as Attachment)
      else reject(problemFrom(request.status, answerOf(request)))
    }
    request.onerror = () => reject(new Problem(0, 'unreachable', '上传中断', '请检查网络后重试'))
    request.onabort = () => reject(new Problem(0, 'aborted', '已取消上传'))
    signal.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.set('file', file)
    request.send(form)
  })
}

export function aboutFile(id: number): Promise<Attachment> {
  return body(api.GET('/api/v1/files/{file_id}', { params: { path: { file_id: id } } }))
}

export async function takeBack(id: number): Promise<void> {
  await api.DELETE('/api/v1/files/{file_id}', { params: { path: { file_id: id } } })
}

/** Where the bytes of an attachment are. */
export function contentAddress(id: number): string {
  return `/api/v1/files/${id}/content`
}
