import CYAML
import Model

/// libyaml's stream of events, one at a time.
final class EventReader {
    /// What libyaml reports, in Swift's terms.
    enum Event {
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(Scalar, tag: String?, anchor: String?)
        case listStart(tag: String?, anchor: String?)
        case listEnd
        case mapStart(tag: String?, anchor: String?)
        case mapEnd
        case other
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let shifts: ColumnShifts
    private let file: String?
    /// Where the current event begins.
    private(set) var place: Place

    init(_ bytes: [UInt8], file: String?) {
        let (text, shifts) = readableJSON(bytes)
        self.shifts = shifts
        self.file = file
        place = Place(file: file, line: 1, column: 1)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        input = .allocate(capacity: text.count)
        _ = input.initialize(from: text)
        // It fails only when there is no memory, and then every later call fails with a reason.
        yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(UserError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        defer { yaml_event_delete(&event) }
        place = placed(event.start_mark)
        switch event.type {
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
            let scalar = Scalar(
                text: String(decoding: bytes, as: UTF8.self), isPlain: data.style == YAML_PLAIN_SCALAR_STYLE)
            return .scalar(scalar, tag: text(data.tag), anchor: text(data.anchor))
        case YAML_SEQUENCE_START_EVENT:
            return .listStart(tag: text(event.data.sequence_start.tag), anchor: text(event.data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT:
            return .mapStart(tag: text(event.data.mapping_start.tag), anchor: text(event.data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: return .mapEnd
        default: return .other
        }
    }

    private func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        start.map { String(cString: $0) }
    }

    private func placed(_ mark: yaml_mark_t) -> Place {
        let line = Int(clamping: mark.line) + 1
        let column = Int(clamping: mark.column) + 1
        return Place(file: file, line: line, column: shifts.original(line: line, column: column))
    }

    private func problem() -> UserError {
        let reason = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        if parser.pointee.error == YAML_READER_ERROR {
            return UserError("cannot read as YAML: \(reason)", at: placeOfByte(parser.pointee.problem_offset))
        }
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        return UserError("cannot read as YAML: \(context)\(reason)", at: placed(parser.pointee.problem_mark))
    }

    /// libyaml gives only an offset for bytes that are no text.
    private func placeOfByte(_ offset: Int) -> Place {
        var line = 1
        var column = 1
        for byte in input.prefix(max(0, offset)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        return Place(file: file, line: line, column: column)
    }
}
