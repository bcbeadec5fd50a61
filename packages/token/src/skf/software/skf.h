/*
 * The part of the SKF interface (GM/T 0016) that the software library answers: its types, structures and error codes.
 *
 *   -DSKF_PACK=1       structures packed to 1, as in most vendors' headers; without it, natural alignment
 *   -DSKF_ULONG_64     ULONG is 64 bits wide, as in headers that say "unsigned long" and were compiled for 64 bits
 */
#ifndef SKF_H
#define SKF_H

#include <stdint.h>

#ifdef SKF_ULONG_64
typedef uint64_t ULONG;
#else
typedef uint32_t ULONG;
#endif
typedef int32_t BOOL;
typedef uint8_t BYTE;
typedef char CHAR;
typedef char *LPSTR;
typedef void *HANDLE;
typedef HANDLE DEVHANDLE;
typedef HANDLE HAPPLICATION;
typedef HANDLE HCONTAINER;

#define SKF_API __attribute__((visibility("default")))

#ifdef SKF_PACK
#pragma pack(push, SKF_PACK)
#endif

typedef struct {
  BYTE major, minor;
} VERSION;

typedef struct {
  VERSION Version;
  CHAR Manufacturer[64];
  CHAR Issuer[64];
  CHAR Label[32];
  CHAR SerialNumber[32];
  VERSION HWVersion;
  VERSION FirmwareVersion;
  ULONG AlgSymCap;
  ULONG AlgAsymCap;
  ULONG AlgHashCap;
  ULONG DevAuthAlgId;
  ULONG TotalSpace;
  ULONG FreeSpace;
  ULONG MaxECCBufferSize;
  ULONG MaxBufferSize;
  BYTE Reserved[64];
} DEVINFO;

typedef struct {
  ULONG BitLen;
  BYTE XCoordinate[64];
  BYTE YCoordinate[64];
} ECCPUBLICKEYBLOB;

typedef struct {
  BYTE XCoordinate[64];
  BYTE YCoordinate[64];
  BYTE HASH[32];
  ULONG CipherLen;
  BYTE Cipher[1];
} ECCCIPHERBLOB;

typedef struct {
  BYTE r[64];
  BYTE s[64];
} ECCSIGNATUREBLOB;

typedef struct {
  BYTE IV[32];
  ULONG IVLen;
  ULONG PaddingType;
  ULONG FeedBitLen;
} BLOCKCIPHERPARAM;

typedef struct {
  ULONG Version;
  ULONG ulSymmAlgID;
  ULONG ulBits;
  BYTE cbEncryptedPriKey[64];
  ECCPUBLICKEYBLOB PubKey;
  ECCCIPHERBLOB ECCCipherBlob;
} ENVELOPEDKEYBLOB;

typedef struct {
  CHAR FileName[32];
  ULONG FileSize;
  ULONG ReadRights;
  ULONG WriteRights;
} FILEATTRIBUTE;

#ifdef SKF_PACK
#pragma pack(pop)
#endif

enum { ADMIN_TYPE = 0, USER_TYPE = 1 };
enum { SECURE_ADM_ACCOUNT = 0x01, SECURE_USER_ACCOUNT = 0x10, SECURE_EVERYONE_ACCOUNT = 0xff };
enum { SGD_SM4_ECB = 0x401, SGD_SM4_CBC = 0x402 };

enum {
  SAR_OK = 0,
  SAR_FAIL = 0x0A000001,
  SAR_NOTSUPPORTYETERR = 0x0A000003,
  SAR_INVALIDHANDLEERR = 0x0A000005,
  SAR_INVALIDPARAMERR = 0x0A000006,
  SAR_NAMELENERR = 0x0A000009,
  SAR_MEMORYERR = 0x0A00000E,
  SAR_TIMEOUTERR = 0x0A00000F,
  SAR_INDATALENERR = 0x0A000010,
  SAR_INDATAERR = 0x0A000011,
  SAR_KEYNOTFOUNTERR = 0x0A00001B,
  SAR_CERTNOTFOUNTERR = 0x0A00001C,
  SAR_BUFFER_TOO_SMALL = 0x0A000020,
  SAR_DEVICE_REMOVED = 0x0A000023,
  SAR_PIN_INCORRECT = 0x0A000024,
  SAR_PIN_LOCKED = 0x0A000025,
  SAR_PIN_LEN_RANGE = 0x0A000027,
  SAR_USER_TYPE_INVALID = 0x0A00002A,
  SAR_APPLICATION_NAME_INVALID = 0x0A00002B,
  SAR_APPLICATION_EXISTS = 0x0A00002C,
  SAR_USER_NOT_LOGGED_IN = 0x0A00002D,
  SAR_APPLICATION_NOT_EXISTS = 0x0A00002E,
  SAR_FILE_ALREADY_EXIST = 0x0A00002F,
  SAR_NO_ROOM = 0x0A000030,
  SAR_FILE_NOT_EXIST = 0x0A000031,
  SAR_REACH_MAX_CONTAINER_COUNT = 0x0A000032,
};

#endif
