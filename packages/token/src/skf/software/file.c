/* Files of an application. */
#include "software.h"
#include <string.h>

static File *find_file(Application *application, const char *name) {
  for (int i = 0; i < MAX_FILES; i++)
    if (name && *name && !strcmp(application->files[i].name, name)) return &application->files[i];
  return NULL;
}

static int may(const Work *work, uint32_t rights) {
  if (rights == SECURE_EVERYONE_ACCOUNT) return 1;
  if (rights & SECURE_USER_ACCOUNT && logged_in(work, USER_TYPE)) return 1;
  return (rights & SECURE_ADM_ACCOUNT) && logged_in(work, ADMIN_TYPE);
}

static ULONG create(HAPPLICATION handle, LPSTR name, ULONG size, ULONG read_rights, ULONG write_rights) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  File *place = NULL;
  for (int i = 0; i < MAX_FILES && !place; i++)
    if (!work.application->files[i].name[0]) place = &work.application->files[i];
  if (!may(&work, work.application->createFileRights)) result = SAR_USER_NOT_LOGGED_IN;
  else if (!name || !*name || strlen(name) > 32) result = SAR_NAMELENERR;
  else if (find_file(work.application, name)) result = SAR_FILE_ALREADY_EXIST;
  else if (!place || size > MAX_FILE) result = SAR_NO_ROOM;
  if (result != SAR_OK) return end_work(&work, result, 0);
  memset(place, 0, sizeof *place);
  strcpy(place->name, name);
  place->size = (uint32_t)size;
  place->readRights = (uint32_t)read_rights;
  place->writeRights = (uint32_t)write_rights;
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_CreateFile(HAPPLICATION handle, LPSTR name, ULONG size, ULONG read_rights, ULONG write_rights) {
  CALL(create(handle, name, size, read_rights, write_rights))
}

static ULONG delete_file(HAPPLICATION handle, LPSTR name) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  File *found = find_file(work.application, name);
  if (!found) result = SAR_FILE_NOT_EXIST;
  else if (!may(&work, found->writeRights)) result = SAR_USER_NOT_LOGGED_IN;
  else memset(found, 0, sizeof *found);
  return end_work(&work, result, result == SAR_OK);
}

SKF_API ULONG SKF_DeleteFile(HAPPLICATION handle, LPSTR name) { CALL(delete_file(handle, name)) }

static ULONG enumerate(HAPPLICATION handle, LPSTR list, ULONG *size) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  char names[MAX_FILES * 34 + 2] = {0};
  size_t used = 0;
  for (int i = 0; i < MAX_FILES; i++) {
    const char *name = work.application->files[i].name;
    if (!*name) continue;
    strcpy(names + used, name);
    used += strlen(name) + 1;
  }
  return end_work(&work, give("SKF_EnumFiles", list, size, names, used ? used + 1 : 2), 0);
}

SKF_API ULONG SKF_EnumFiles(HAPPLICATION handle, LPSTR list, ULONG *size) { CALL(enumerate(handle, list, size)) }

static ULONG file_info(HAPPLICATION handle, LPSTR name, FILEATTRIBUTE *info) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  const File *found = find_file(work.application, name);
  if (!found) return end_work(&work, SAR_FILE_NOT_EXIST, 0);
  memset(info, 0, sizeof *info);
  memcpy(info->FileName, found->name, sizeof info->FileName);
  info->FileSize = (ULONG)switch_value("SKF_GetFileInfo", "length", (long)found->size);
  info->ReadRights = found->readRights;
  info->WriteRights = found->writeRights;
  return end_work(&work, SAR_OK, 0);
}

SKF_API ULONG SKF_GetFileInfo(HAPPLICATION handle, LPSTR name, FILEATTRIBUTE *info) { CALL(file_info(handle, name, info)) }

static ULONG read_file(HAPPLICATION handle, LPSTR name, ULONG offset, ULONG size, BYTE *out, ULONG *length) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  const File *found = find_file(work.application, name);
  if (!found) result = SAR_FILE_NOT_EXIST;
  else if (!may(&work, found->readRights)) result = SAR_USER_NOT_LOGGED_IN;
  else if (offset > found->size) result = SAR_INVALIDPARAMERR;
  if (result != SAR_OK) return end_work(&work, result, 0);
  size_t count = (size_t)(size < found->size - offset ? size : found->size - offset);
  return end_work(&work, give("SKF_ReadFile", out, length, found->content + offset, count), 0);
}

SKF_API ULONG SKF_ReadFile(HAPPLICATION handle, LPSTR name, ULONG offset, ULONG size, BYTE *out, ULONG *length) {
  CALL(read_file(handle, name, offset, size, out, length))
}

static ULONG write_file(HAPPLICATION handle, LPSTR name, ULONG offset, BYTE *data, ULONG size) {
  Work work;
  ULONG result = begin_application(&work, handle);
  if (result != SAR_OK) return result;
  File *found = find_file(work.application, name);
  if (!found) result = SAR_FILE_NOT_EXIST;
  else if (!may(&work, found->writeRights)) result = SAR_USER_NOT_LOGGED_IN;
  else if (offset > found->size || size > found->size - offset) result = SAR_NO_ROOM;
  if (result != SAR_OK) return end_work(&work, result, 0);
  memcpy(found->content + offset, data, (size_t)size);
  return end_work(&work, SAR_OK, 1);
}

SKF_API ULONG SKF_WriteFile(HAPPLICATION handle, LPSTR name, ULONG offset, BYTE *data, ULONG size) {
  CALL(write_file(handle, name, offset, data, size))
}
