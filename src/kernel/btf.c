/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answer questions about types, by libbpf: kernel/btf.h. Without libbpf: btf_none.c. */
#include "kernel/btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

enum {
	/* Unnamed structs and unions within each other; C compilers see a handful. */
	DEPTH_MAX = 16,
	/* Members looked at for one question. The largest struct of any kernel has hundreds; only
	   a blob made for it has more. */
	MEMBERS_MAX = 1 << 20,
	/* Longest path to a member. */
	PATH_SIZE_MAX = 512,
};

/* A struct, union or enum that has a name, in the chain of those with the same hash. */
struct named {
	const struct btf_type *type;
	uint32_t hash;
	uint32_t next; /* in list, + 1; 0: the last */
};

struct btf_types {
	struct btf *btf;
	bool signs_known; /* some enum says that it is signed: so 0 means unsigned */
	struct named *list;
	uint32_t *heads; /* in list, + 1; 0: none */
	uint32_t mask;   /* of heads */
};

bool btf_available(void)
{
	return true;
}

void btf_types_free(struct btf_types *types)
{
	if (!types)
		return;
	btf__free(types->btf);
	free(types->list);
	free(types->heads);
	free(types);
}

/*
 * btf__new() without a word on stderr. What libbpf prints through belongs to the whole process, and
 * perhaps to an application that is not ours: it is given back. The lock is for our own threads.
 */
static struct btf *parse_silently(const void *data, uint32_t size)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__new(data, size);
	int error = errno;
	libbpf_set_print(print);
	pthread_mutex_unlock(&lock);
	errno = error;
	return btf;
}

/* ---- names ---- */

static uint32_t hash_of(const char *name)
{
	uint32_t hash = UINT32_C(2166136261); /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT32_C(16777619);
	return hash;
}

static const char *name_at(const struct btf_types *types, uint32_t offset)
{
	const char *name = btf__name_by_offset(types->btf, offset);

	return name ? name : "";
}

static bool is_struct(const struct btf_type *type)
{
	return btf_is_struct(type) || btf_is_union(type);
}

static bool is_enum(const struct btf_type *type)
{
	return btf_is_enum(type) || btf_is_enum64(type);
}

/* btf__find_by_name() looks through all types, 1 ms each time: this is for dozens of questions. */
static struct vmw_error *names_index(struct btf_types *types)
{
	uint32_t end = btf__type_cnt(types->btf), room = 1;
	size_t count = 0, capacity = 0;

	for (uint32_t id = 1; id < end; id++) {
		const struct btf_type *type = btf__type_by_id(types->btf, id);
		if (!is_struct(type) && !is_enum(type))
			continue;
		types->signs_known |= is_enum(type) && btf_kflag(type);
		if (type->name_off == 0)
			continue;
		struct named named = { .type = type,
				       .hash = hash_of(name_at(types, type->name_off)) };
		if (!ARRAY_PUSH(types->list, count, capacity, named))
			return error_no_memory();
	}
	while (room < count)
		room *= 2;
	types->mask = room - 1;
	types->heads = calloc(room, sizeof(*types->heads));
	if (!types->heads)
		return error_no_memory();

	/* From the last to the first, so that a chain is in the order of the blob. */
	for (size_t i = count; i > 0; i--) {
		uint32_t *head = &types->heads[types->list[i - 1].hash & types->mask];
		types->list[i - 1].next = *head;
		*head = (uint32_t)i;
	}
	return NULL;
}

/* The first type behind @after (NULL: of all) that is called @name and of a kind that @is_kind
 * takes. */
static const struct named *named_next(const struct btf_types *types, const char *name,
				      bool (*is_kind)(const struct btf_type *type),
				      const struct named *after)
{
	uint32_t hash = hash_of(name);
	uint32_t next = after ? after->next : types->heads[hash & types->mask];

	for (; next != 0; next = types->list[next - 1].next) {
		const struct named *named = &types->list[next - 1];
		if (named->hash == hash && is_kind(named->type) &&
		    strcmp(name_at(types, named->type->name_off), name) == 0)
			return named;
	}
	return NULL;
}

/*
 * Make the blob that libbpf gets: a plain header and the two sections that were proven, nothing
 * else. It would refuse a longer header of the other byte order, and later versions may know more
 * sections.
 */
static unsigned char *plain_blob(struct span blob, enum order order,
				 const struct btf_layout *layout, uint32_t size)
{
	unsigned char *bytes = malloc(size);
	uint32_t fields[] = { BTF_HEADER_SIZE, 0, layout->type_size, layout->type_size,
			      layout->string_size };

	if (!bytes)
		return NULL;
	memcpy(bytes, blob.data, 4);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint32_t field = order == ORDER_BIG ? htobe32(fields[i]) : htole32(fields[i]);
		memcpy(bytes + 4 + 4 * i, &field, sizeof(field));
	}
	memcpy(bytes + BTF_HEADER_SIZE, blob.data + layout->type_start, layout->type_size);
	memcpy(bytes + BTF_HEADER_SIZE + layout->type_size, blob.data + layout->string_start,
	       layout->string_size);
	return bytes;
}

struct vmw_error *btf_types_parse(struct span blob, enum order order, struct vmw_where where,
				  struct btf_types **ret)
{
	_cleanup_(btf_types_freep) struct btf_types *types = calloc(1, sizeof(*types));
	_cleanup_(freep) unsigned char *plain = NULL;
	const unsigned char *bytes = blob.data;
	struct btf_layout layout;

	if (!types)
		return error_no_memory();
	TRY(btf_validate(blob, order, where));
	TRY(btf_layout_parse(blob, order, where, &layout));

	/* The linker's output is plain as it is: 4 MiB that need not be copied once more. */
	uint32_t size = BTF_HEADER_SIZE + layout.type_size + layout.string_size;
	if (layout.type_start != BTF_HEADER_SIZE || layout.size != size) {
		bytes = plain = plain_blob(blob, order, &layout, size);
		if (!plain)
			return error_no_memory();
	}
	types->btf = parse_silently(bytes, size);
	if (!types->btf && errno == ENOMEM)
		return error_no_memory();
	if (!types->btf)
		return error_new(VMW_ERROR_UNSUPPORTED, where, "BTF: libbpf refuses it: %s",
				 strerror(errno));
	/* It would guess, from a type called "long". */
	btf__set_pointer_size(types->btf, 8);
	TRY(names_index(types));
	*ret = TAKE(types);
	return NULL;
}

/* ---- structs ---- */

bool btf_struct_size(const struct btf_types *types, const char *name, uint64_t *ret)
{
	const struct named *named = types ? named_next(types, name, is_struct, NULL) : NULL;

	if (!named)
		return false;
	uint32_t size = named->type->size;
	while ((named = named_next(types, name, is_struct, named))) {
		if (named->type->size != size)
			return false;
	}
	*ret = size;
	return true;
}

/* A member that was found: where in the outermost struct, and of which type. */
struct place {
	uint64_t bits;
	uint32_t type;
	bool bit_field;
};

/* An unnamed struct that a search is inside of. */
struct level {
	const struct btf_type *type;
	uint64_t bits; /* where it is in the outermost */
	uint32_t next; /* member */
};

/* Modifiers and typedefs off; NULL for void, what is only declared, and what is nested too deep. */
static const struct btf_type *type_resolve(const struct btf_types *types, uint32_t id)
{
	int resolved = btf__resolve_type(types->btf, id);

	return resolved > 0 ? btf__type_by_id(types->btf, (uint32_t)resolved) : NULL;
}

/* Before 4.20 a bit field was a member of an INT of its own. */
static bool is_narrow_int(const struct btf_type *type)
{
	return type && btf_is_int(type) &&
	       (btf_int_offset(type) != 0 || btf_int_bits(type) != type->size * 8);
}

/* Find the member of @type called by the @length characters at @name. */
static bool member_find(const struct btf_types *types, const struct btf_type *type,
			const char *name, size_t length, uint32_t *budget, struct place *ret)
{
	struct level levels[DEPTH_MAX] = { { .type = type } };
	size_t depth = 1;

	while (depth > 0) {
		struct level *level = &levels[depth - 1];
		if (level->next == btf_vlen(level->type)) {
			depth--;
			continue;
		}
		if ((*budget)-- == 0) {
			*budget = 0;
			return false;
		}
		uint32_t number = level->next++;
		const struct btf_member *member = btf_members(level->type) + number;
		const char *own = name_at(types, member->name_off);
		uint64_t bits = level->bits + btf_member_bit_offset(level->type, number);

		if (*own == '\0') {
			const struct btf_type *inner = type_resolve(types, member->type);
			if (inner && is_struct(inner) && depth < DEPTH_MAX)
				levels[depth++] = (struct level){ .type = inner, .bits = bits };
			continue;
		}
		if (strncmp(own, name, length) != 0 || own[length] != '\0')
			continue;
		*ret = (struct place){
			.bits = bits,
			.type = member->type,
			.bit_field = btf_member_bitfield_size(level->type, number) != 0 ||
				     bits % 8 != 0 ||
				     is_narrow_int(type_resolve(types, member->type)),
		};
		return true;
	}
	return false;
}

/* Go down @path from @type. */
static bool path_find(const struct btf_types *types, const struct btf_type *type, const char *path,
		      uint32_t *budget, uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t bits = 0;

	for (;;) {
		size_t length = strcspn(path, ".");
		struct place place;

		if (length == 0 || !type || !is_struct(type) ||
		    !member_find(types, type, path, length, budget, &place) || place.bit_field)
			return false;
		bits += place.bits;
		if (path[length] == '\0') {
			int64_t size = btf__resolve_size(types->btf, place.type);
			if (size < 0)
				return false;
			*ret_offset = bits / 8;
			*ret_size = (uint64_t)size;
			return true;
		}
		path += length + 1;
		type = type_resolve(types, place.type);
	}
}

bool btf_member(const struct btf_types *types, const char *name, const char *member,
		uint64_t *ret_offset, uint64_t *ret_size)
{
	const struct named *named = types ? named_next(types, name, is_struct, NULL) : NULL;
	uint32_t budget = MEMBERS_MAX;
	uint64_t offset, size;

	if (!named || strlen(member) > PATH_SIZE_MAX ||
	    !path_find(types, named->type, member, &budget, &offset, &size))
		return false;
	while ((named = named_next(types, name, is_struct, named))) {
		uint64_t other_offset, other_size;
		if (!path_find(types, named->type, member, &budget, &other_offset, &other_size) ||
		    other_offset != offset || other_size != size)
			return false;
	}
	*ret_offset = offset;
	*ret_size = size;
	return true;
}

/* ---- enums ---- */

/* Enumerator @number of @type; false where its sign is unknown (btf_enumerator()). */
static bool enumerator_at(const struct btf_types *types, const struct btf_type *type,
			  uint32_t number, const char **ret_name, int64_t *ret)
{
	if (btf_is_enum64(type)) {
		const struct btf_enum64 *value = btf_enum64(type) + number;
		*ret_name = name_at(types, value->name_off);
		*ret = (int64_t)btf_enum64_value(value);
		/* More than an int64_t holds, if it is not negative. */
		return *ret >= 0 || btf_kflag(type);
	}
	const struct btf_enum *value = btf_enum(type) + number;
	*ret_name = name_at(types, value->name_off);
	*ret = btf_kflag(type) ? value->val : (int64_t)(uint32_t)value->val;
	return value->val >= 0 || types->signs_known;
}

/* 1: @ret is it; 0: there is none in @type; -1: its value is not known. */
static int enumerator_find(const struct btf_types *types, const struct btf_type *type,
			   const char *name, int64_t *ret)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const char *own;
		bool known = enumerator_at(types, type, i, &own, ret);
		if (strcmp(own, name) == 0)
			return known ? 1 : -1;
	}
	return 0;
}

bool btf_enumerator(const struct btf_types *types, const char *enumeration, const char *name,
		    int64_t *ret)
{
	const struct named *named = types ? named_next(types, enumeration, is_enum, NULL) : NULL;
	int64_t value, other;

	if (!named || enumerator_find(types, named->type, name, &value) != 1)
		return false;
	while ((named = named_next(types, enumeration, is_enum, named))) {
		if (enumerator_find(types, named->type, name, &other) != 1 || other != value)
			return false;
	}
	*ret = value;
	return true;
}

static bool same_enumerators(const struct btf_types *types, const struct btf_type *a,
			     const struct btf_type *b)
{
	if (btf_vlen(a) != btf_vlen(b))
		return false;
	for (uint32_t i = 0; i < btf_vlen(a); i++) {
		const char *a_name, *b_name;
		int64_t a_value, b_value;
		if (enumerator_at(types, a, i, &a_name, &a_value) !=
			    enumerator_at(types, b, i, &b_name, &b_value) ||
		    a_value != b_value || strcmp(a_name, b_name) != 0)
			return false;
	}
	return true;
}

void btf_each_enumerator(const struct btf_types *types, const char *enumeration,
			 bool (*callback)(void *arg, const char *name, int64_t value), void *arg)
{
	const struct named *first = types ? named_next(types, enumeration, is_enum, NULL) : NULL;

	if (!first)
		return;
	for (const struct named *other = first;
	     (other = named_next(types, enumeration, is_enum, other));) {
		if (!same_enumerators(types, first->type, other->type))
			return;
	}
	for (uint32_t i = 0; i < btf_vlen(first->type); i++) {
		const char *name;
		int64_t value;
		if (enumerator_at(types, first->type, i, &name, &value) &&
		    !callback(arg, name, value))
			return;
	}
}
